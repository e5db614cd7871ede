public import Model

/// What observing needs besides the host: made once per pass from everything that is declared.
public struct ObservationContext: Sendable {
    /// Digests of files that did not change since they were read.
    public let cache: HashCache
    /// The users and groups that declarations name, resolved.
    public let accounts: AccountNames
    /// The paths that are declared, to tell strays and missing parents.
    public let paths: DeclaredPaths

    /// Resolves what the declarations name.
    ///
    /// Blocks. `declared` is all that is in force, not only what is observed: what no declaration names is a stray to
    /// a directory that purges.
    public init(declared: some Collection<DeclaredResource>, on host: some HostReading, cache: HashCache) {
        self.cache = cache
        accounts = AccountNames(declared: declared, on: host)
        paths = DeclaredPaths(declared, unitDirectory: unitDirectory)
    }
}

/// Where the host's own unit files are kept.
public let unitDirectory = "/etc/systemd/system"
