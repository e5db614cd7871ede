internal import LinuxIO
public import Model
public import Store

/// What observing needs besides the host: made once per pass from everything that is declared.
public struct ObservationContext: Sendable {
    /// Digests of files that did not change since they were read.
    public let cache: HashCache
    /// The users and groups that declarations name, resolved, and the names of those that were observed.
    public private(set) var accounts: AccountNames
    /// The paths that are declared, to tell strays and missing parents.
    public let paths: DeclaredPaths
    /// What was there before files of units that left their declaration, by path below `unitDirectory`: they are
    /// looked at too.
    ///
    /// A unit that left as a whole has an entry, be it empty.
    public var unitFiles: [ResourceID: [NamedState]] = [:]
    /// Directories that must be looked at again though they look as they did.
    let sparing = SparingDirectories()
    /// Files that a run wrote just now; see `WrittenFile`.
    public var written: [ResourceID: WrittenFile] = [:]
    /// Resources at whose paths a look just before found nothing.
    var absent: Set<ResourceID> = []
    /// The versions of the account files that the names were resolved with.
    private var accountFiles: [FileIdentity?]

    /// Resolves what the declarations name.
    ///
    /// Blocks. `declared` is all that is in force, not only what is observed: what no declaration names is a stray to
    /// a directory that purges. What is withheld is none: it is left alone.
    public init(
        declared: some Collection<DeclaredResource>, withheld: [WithheldResource] = [], on host: some HostReading,
        cache: HashCache
    ) {
        self.cache = cache
        accountFiles = Self.accountFiles(on: host)
        accounts = AccountNames(declared: declared, on: host)
        paths = DeclaredPaths(declared, leaving: withheld.flatMap(\.paths), unitDirectory: unitDirectory)
    }

    /// This context with names as they are now, where the account files changed or a name had no account; nil where
    /// all is as it was.
    ///
    /// Blocks, and costs two looks at files when nothing changed.
    func refreshed(on host: some HostReading) -> ObservationContext? {
        let files = Self.accountFiles(on: host)
        guard files != accountFiles || accounts.hasUnresolved else { return nil }
        var context = self
        context.accountFiles = files
        context.accounts = accounts.resolvedAgain(on: host)
        return context.accounts == accounts && files == accountFiles ? nil : context
    }

    /// Learns the names of numbers that observations hold, so that differences read well.
    ///
    /// Blocks.
    mutating func learnNames(
        in observations: some Sequence<Result<Observation, HostError>>, on host: some HostReading
    ) {
        accounts.learnNames(in: observations, on: host)
    }

    private static func accountFiles(on host: some HostReading) -> [FileIdentity?] {
        ["/etc/passwd", "/etc/group"].map { path in
            guard let status = try? host.status(of: path) else { return nil }
            return FileIdentity(status)
        }
    }
}

/// Where the host's own unit files are kept.
public let unitDirectory = "/etc/systemd/system"
