/// Why the proxy cannot work.
public struct ProxyError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable, Hashable {
        /// The certificate cannot be made, read or used.
        case certificate
        /// The port cannot be listened on.
        case port
    }

    /// The kind of failure.
    public let code: Code
    /// What was tried, why it failed and what to do.
    public let message: String
    /// What is behind it.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message.
    public var description: String { message }
}
