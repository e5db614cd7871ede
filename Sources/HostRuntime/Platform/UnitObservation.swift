/// What systemd says of a unit.
public struct UnitObservation: Sendable, Hashable, Codable {
    /// `loaded`, `not-found`, `masked`, `bad-setting`, `error`.
    public var loadState: String
    /// `active`, `inactive`, `failed`, `activating`, `deactivating`, `reloading`.
    public var activeState: String
    /// `enabled`, `disabled`, `static`, `masked`, `generated`, `alias`, … or empty.
    public var unitFileState: String
    /// The main process; 0 when there is none.
    public var mainPID: Int32
    /// Whether systemd has not read the newest unit files.
    public var needsReload: Bool

    /// Makes an observation.
    public init(
        loadState: String, activeState: String, unitFileState: String, mainPID: Int32 = 0, needsReload: Bool = false
    ) {
        self.loadState = loadState
        self.activeState = activeState
        self.unitFileState = unitFileState
        self.mainPID = mainPID
        self.needsReload = needsReload
    }
}

extension UnitObservation {
    /// Whether the unit does its work; `failed` and `activating` units do not.
    public var isRunning: Bool { ["active", "reloading", "refreshing"].contains(activeState) }

    /// Whether the unit starts at boot, as far as its links say.
    public var isEnabled: Bool { ["enabled", "indirect"].contains(unitFileState) }

    /// Whether the unit is masked for good.
    public var isMasked: Bool { unitFileState == "masked" || (unitFileState.isEmpty && loadState == "masked") }
}
