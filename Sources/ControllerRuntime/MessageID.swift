/// The message IDs of operator-facing journal entries; `systemd/catalog/aetheredge.catalog` explains each to
/// `journalctl -x`.
public enum MessageID: String, Sendable, Hashable, CaseIterable {
    /// A resource was changed by a run.
    case resourceChanged = "b68152eb4d9340538d55cfdbd26b5aac"
    /// A drift was repaired.
    case driftRepaired = "9414bce068394597974aca2bff32e022"
    /// A drift was noticed and not repaired.
    case driftReported = "c7232422d8564edcb4baecbfff6ba564"
    /// Somebody undoes every repair.
    case driftContested = "677a7ca754b34a1f8b161dfed2bd8263"
    /// So much drifted at once that it is repaired in several runs.
    case driftFlood = "5d2f0b8a7c3e4f41a6d9e8b7c0f1a2d3"
    /// A resource could not be observed or changed.
    case resourceFailed = "43108a56144245bba56bd74874366bb4"
    /// A run succeeded.
    case runSucceeded = "70ce59aceab148779ec0b1feeb393c1e"
    /// A run was rolled back.
    case runRolledBack = "af9cf134ee054e4e9bac7bb38757749f"
    /// A run failed and not everything could be undone.
    case runFailed = "6f8ecde3e7f94ce282c630fa4bcb64c4"
    /// A plan waits for a person.
    case approvalNeeded = "23494fdf7a4b44799c223710043e3b39"
    /// A commit does not compile.
    case commitRefused = "521626baf0954de9998fff1446ccda87"
    /// Facts of the host changed, and the same commit declares something else.
    case factsChanged = "0c3f5f7e9a614b7f8d2b6a1e4c9d7035"
    /// A source could not be fetched.
    case fetchFailed = "9e3d062611c34ec38dbf4ba4e9156401"
    /// A commit is in force.
    case converged = "157076f63e15481c8abdb30ad598e085"
    /// The state database was damaged and rebuilt.
    case storeRecovered = "b084cf1c610b464da3779a1c3b063011"
    /// The fleet's database does not answer.
    case databaseAway = "6c1d9a0f3f7b4f0e9a3f2f6f5b7d8e21"
    /// The fleet's database answers again.
    case databaseBack = "b7e2c4d18a5f4c6fb0f9d3a1e4c5f672"
    /// The daemon started.
    case started = "f8845137e1804816856395fba93af048"
    /// An unfinished run was settled at start.
    case runRecovered = "a01d02f27d904c9191f25c0aae5bc7bd"
    /// Reconciliation was paused or resumed.
    case pauseChanged = "3b6efe37dd664aab82ea0c1c1fde2bd5"
    /// Events were lost and everything is observed.
    case eventsLost = "415bb7deda1e4b478055f0592926cc61"
}
