/// What the service manager says of one unit among many: what a comparison with its declared state needs.
public struct UnitOverview: Hashable, Sendable {
    /// Whether its definition was loaded.
    public let loadState: LoadState
    /// Whether it is up.
    public let activeState: ActiveState
    /// What it is doing in the words of its type.
    public let subState: String
    /// Whether its file is enabled, from the links as they are now.
    public let unitFileState: UnitFileState
    /// Whether its files differ from what was loaded, so that the manager must reload.
    public let needsDaemonReload: Bool
    /// The main process of a service; nil if none runs.
    public let mainPID: Int32?
    /// Whether a job of it is pending.
    public let hasJob: Bool
}
