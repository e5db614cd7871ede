public import Model
public import Store

/// What pure diffs need besides the declaration and the observation.
public struct PlanContext: Sendable {
    /// The users and groups that declarations name, resolved, and names for those observed.
    public var accounts: AccountNames
    /// The paths that are declared.
    public var paths: DeclaredPaths
    /// What was there before files of units that left their declaration; see `ObservationContext`.
    public var unitFiles: [ResourceID: [NamedState]] = [:]
    /// Resources that the same plan changes before this one; what restarts and reloads depend on.
    public var changed: Set<ResourceID> = []

    /// Makes a context.
    public init(accounts: AccountNames, paths: DeclaredPaths) {
        self.accounts = accounts
        self.paths = paths
    }

    /// Makes the context of a plan from the context of the observations that it is made from.
    public init(_ context: ObservationContext) {
        self.init(accounts: context.accounts, paths: context.paths)
        unitFiles = context.unitFiles
    }

    /// The digest of an observation as plans hold it, to compare a new observation with `Change.before` and
    /// `Change.after`.
    public func digest(of observation: Observation, for declared: DeclaredResource) -> ContentDigest {
        observation.digest(for: declared)
    }
}
