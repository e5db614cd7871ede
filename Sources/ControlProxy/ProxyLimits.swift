/// Every bound of the proxy and what happens at it.
public struct ProxyLimits: Sendable, Hashable {
    /// Connections at the same time; a further one is closed at once.
    public var connections = 128
    /// The longest time until the first head of a connection is there, with the greeting of TLS; then it is closed.
    public var headTimeout = Duration.seconds(10)
    /// The longest time for the body of a request; then its connection is closed.
    public var bodyTimeout = Duration.seconds(60)
    /// The longest time that a connection stays open without a request; then it is closed.
    public var idleTimeout = Duration.seconds(90)
    /// How long answers in flight may take once the proxy stops; then their connections are closed.
    public var drainTimeout = Duration.seconds(2)
    /// Bytes of a request's line and header fields; a larger head closes the connection.
    public var headBytes = 32 << 10

    /// Makes the limits of a person's proxy.
    public init() {}
}
