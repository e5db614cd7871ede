/// Every bound of the server and what happens at it.
public struct ServerLimits: Sendable, Hashable {
    /// Connections of all users; a further one is answered 503 and closed.
    public var connections = 2_048
    /// Connections of all users while a privileged one still finds a place; a further one is answered 503.
    public var unprivilegedConnections = 1_536
    /// Connections of one user; a further one is answered 429 and closed.
    public var connectionsPerUser = 32
    /// Connections of root and of the daemon's own user; a further one is answered 429 and closed.
    public var connectionsPerPrivilegedUser = 1_280
    /// Watches of one user; a further one is answered 429.
    public var watchesPerUser = 24
    /// Watches of root and of the daemon's own user; a further one is answered 429.
    public var watchesPerPrivilegedUser = 1_024
    /// Requests of all users but root that are answered at the same time; further ones wait, each user in turn.
    public var requests = 32
    /// Requests of one user, but watches, that are answered at the same time; further ones wait.
    public var requestsPerUser = 8
    /// Requests of one user that wait; a further one is answered 429.
    public var waitingPerUser = 16
    /// The longest time that a request waits for its turn; then it is answered 429.
    public var queueTimeout = Duration.seconds(5)
    /// Bytes of a request's line and header fields; a larger head is answered 431 and the connection closed.
    public var headBytes = 32 << 10
    /// Header fields of a request; more are answered 431.
    public var headerFields = 100
    /// Bytes of a request's body; a larger one is answered 413 and the connection closed.
    public var bodyBytes = 1 << 20
    /// The longest time for the first head of a connection; then 408.
    public var headTimeout = Duration.seconds(10)
    /// The longest time that a connection stays open without a request; then it is closed.
    public var idleTimeout = Duration.seconds(60)
    /// The longest time for a body; then 408.
    public var bodyTimeout = Duration.seconds(30)
    /// The longest time that a client takes nothing of an answer; then the connection is closed.
    public var writeTimeout = Duration.seconds(30)
    /// How long requests in flight may take once the server stops; then their connections are closed.
    public var drainTimeout = Duration.seconds(5)
    /// Objects of one page of a list, unless the client asks for fewer.
    public var pageSize = 500
    /// How often watchers hear that nothing changed; without watchers nothing is sent.
    public var bookmarkInterval = Duration.seconds(60)
    /// Tokens that one user may make within a minute; a further one is answered 429.
    public var tokensPerMinute = 30
    /// Denied requests of one user that are written to the audit log within a minute; further ones are not.
    public var auditedDenialsPerMinute = 30

    /// Makes the limits of a host's daemon.
    public init() {}
}
