public import Model
public import Store

/// What the API serves: the executable wires it, so that the API knows no controller.
public struct ControlServices: Sendable {
    /// Where objects are written.
    public var store: any ObjectStore
    /// Where the objects of a kind are read, if not in the store.
    public var readers: [KindName: any ObjectReading]
    /// What the controllers answer.
    public var actions: ControlActions
    /// Why the daemon is not ready; nil when it is.
    public var readiness: @Sendable () async -> String?
    /// Resources by phase, for `/metrics`.
    public var resourceCounts: @Sendable () async throws -> [ResourcePhase: Int]
    /// Lets every watch of the store tell its version, so that a client that reconnects misses little.
    public var publishBookmarks: @Sendable () async throws -> Void
    /// The answer of `/version`.
    public var version: JSONValue
    /// The name of a user; called on the thread that accepts connections.
    public var userName: @Sendable (UInt32) -> String?
    /// The name of a group; called on the thread that accepts connections.
    public var groupName: @Sendable (UInt32) -> String?
    /// Makes and judges bearer tokens; without it none is taken.
    public var tokens: TokenAuthority?
    /// Which of them were revoked; without it none can be.
    public var revocations: TokenRevocations?
    /// The wall clock, for the ages in tables and the ends of tokens.
    public var now: @Sendable () -> WallTime

    /// Wires the services.
    public init(
        store: any ObjectStore, readers: [KindName: any ObjectReading] = [:], actions: ControlActions,
        readiness: @escaping @Sendable () async -> String? = { nil },
        resourceCounts: @escaping @Sendable () async throws -> [ResourcePhase: Int] = { [:] },
        publishBookmarks: @escaping @Sendable () async throws -> Void = {},
        version: JSONValue, userName: @escaping @Sendable (UInt32) -> String?,
        groupName: @escaping @Sendable (UInt32) -> String? = { _ in nil }, tokens: TokenAuthority? = nil,
        revocations: TokenRevocations? = nil, now: @escaping @Sendable () -> WallTime
    ) {
        self.store = store
        self.readers = readers
        self.actions = actions
        self.readiness = readiness
        self.resourceCounts = resourceCounts
        self.publishBookmarks = publishBookmarks
        self.version = version
        self.userName = userName
        self.groupName = groupName
        self.tokens = tokens
        self.revocations = revocations
        self.now = now
    }

    func reader(of kind: KindName) -> any ObjectReading { readers[kind] ?? store }
}
