/// Whether a unit's definition could be loaded; an open set.
public struct LoadState: RawRepresentable, Hashable, Sendable {
    /// systemd's word.
    public let rawValue: String

    /// Takes systemd's word.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// It is loaded.
    public static let loaded = LoadState(rawValue: "loaded")
    /// There is no unit file and nothing else that defines it.
    public static let notFound = LoadState(rawValue: "not-found")
    /// Its file has a setting that makes it unusable.
    public static let badSetting = LoadState(rawValue: "bad-setting")
    /// Its file could not be read.
    public static let error = LoadState(rawValue: "error")
    /// It is masked.
    public static let masked = LoadState(rawValue: "masked")
}

/// What a unit is doing, in the words that all unit types share; an open set.
public struct ActiveState: RawRepresentable, Hashable, Sendable {
    /// systemd's word.
    public let rawValue: String

    /// Takes systemd's word.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// It is up.
    public static let active = ActiveState(rawValue: "active")
    /// It is up and reads its configuration again.
    public static let reloading = ActiveState(rawValue: "reloading")
    /// It is down.
    public static let inactive = ActiveState(rawValue: "inactive")
    /// It is down because it failed.
    public static let failed = ActiveState(rawValue: "failed")
    /// It is on its way up.
    public static let activating = ActiveState(rawValue: "activating")
    /// It is on its way down.
    public static let deactivating = ActiveState(rawValue: "deactivating")
    /// It is being maintained.
    public static let maintenance = ActiveState(rawValue: "maintenance")
}

/// Whether a unit's file is enabled; an open set.
public struct UnitFileState: RawRepresentable, Hashable, Sendable {
    /// systemd's word; empty for a unit without a file.
    public let rawValue: String

    /// Takes systemd's word.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Its `[Install]` links are in /etc.
    public static let enabled = UnitFileState(rawValue: "enabled")
    /// Its `[Install]` links are in /run.
    public static let enabledRuntime = UnitFileState(rawValue: "enabled-runtime")
    /// Its file is outside the search path and linked into /etc.
    public static let linked = UnitFileState(rawValue: "linked")
    /// Its file is outside the search path and linked into /run.
    public static let linkedRuntime = UnitFileState(rawValue: "linked-runtime")
    /// It is another name of a unit.
    public static let alias = UnitFileState(rawValue: "alias")
    /// It is masked in /etc.
    public static let masked = UnitFileState(rawValue: "masked")
    /// It is masked in /run.
    public static let maskedRuntime = UnitFileState(rawValue: "masked-runtime")
    /// It has no `[Install]` section.
    public static let `static` = UnitFileState(rawValue: "static")
    /// It is not enabled.
    public static let disabled = UnitFileState(rawValue: "disabled")
    /// It is not enabled itself, but enables others with it.
    public static let indirect = UnitFileState(rawValue: "indirect")
    /// A generator made it.
    public static let generated = UnitFileState(rawValue: "generated")
    /// A program made it over D-Bus.
    public static let transient = UnitFileState(rawValue: "transient")
    /// Its file cannot be used.
    public static let bad = UnitFileState(rawValue: "bad")
}
