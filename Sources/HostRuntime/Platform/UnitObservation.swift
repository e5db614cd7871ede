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
    /// What systemd is about to do to the unit by itself; nil for a unit that runs, and when it is about to do nothing.
    public var transition: UnitTransition?

    /// Makes an observation.
    public init(
        loadState: String, activeState: String, unitFileState: String, mainPID: Int32 = 0, needsReload: Bool = false,
        transition: UnitTransition? = nil
    ) {
        self.loadState = loadState
        self.activeState = activeState
        self.unitFileState = unitFileState
        self.mainPID = mainPID
        self.needsReload = needsReload
        self.transition = transition
    }
}

/// What systemd is about to do to a unit that does not run.
public enum UnitTransition: String, Sendable, Hashable, Codable {
    /// A job that starts it is queued, as for every unit of the boot until its turn comes.
    case starting
    /// The machine is shutting down: nothing can be started any more.
    case shuttingDown
}

extension UnitObservation {
    /// Whether the unit does its work; `failed` and `activating` units do not.
    public var isRunning: Bool { ["active", "reloading", "refreshing"].contains(activeState) }

    /// Whether the unit starts at boot, as far as its links say.
    public var isEnabled: Bool { ["enabled", "indirect"].contains(unitFileState) }

    /// Whether the unit is masked for good.
    public var isMasked: Bool { unitFileState == "masked" || (unitFileState.isEmpty && loadState == "masked") }
}
