/// Why a request got no answer.
///
/// A status of 400 or above is an answer, not an error.
public struct TransportError: Error, CustomStringConvertible {
    /// What went wrong, for code that decides on it.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The code's stable name.
        public let rawValue: String

        /// Makes a code from its stable name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The request itself is not one that can be sent.
        public static let invalidRequest = Code(rawValue: "invalidRequest")
        /// The host's name did not resolve.
        public static let resolve = Code(rawValue: "resolve")
        /// No connection could be made.
        public static let connect = Code(rawValue: "connect")
        /// The proxy refused or failed.
        public static let proxy = Code(rawValue: "proxy")
        /// The handshake failed or the certificate was not trusted.
        public static let tls = Code(rawValue: "tls")
        /// One of the request's times ran out.
        public static let timeout = Code(rawValue: "timeout")
        /// The answer's head or body went over its limit.
        public static let tooLarge = Code(rawValue: "tooLarge")
        /// The answer redirected more often than the request allows.
        public static let tooManyRedirects = Code(rawValue: "tooManyRedirects")
        /// The connection broke, or its framing did, before the answer was whole.
        public static let closed = Code(rawValue: "closed")
        /// The server sent what is not HTTP, or redirected to another protocol.
        public static let `protocol` = Code(rawValue: "protocol")
        /// The calling task was cancelled, or the stream was let go.
        public static let cancelled = Code(rawValue: "cancelled")
        /// Too many requests were already waiting.
        public static let overloaded = Code(rawValue: "overloaded")
        /// The transport was shut down.
        public static let shutdown = Code(rawValue: "shutdown")
        /// The system refused memory, threads or descriptors.
        public static let resources = Code(rawValue: "resources")
    }

    /// What went wrong.
    public let code: Code
    /// What was tried, on what, why it failed and what to do; never with a credential.
    public let message: String
    /// The error underneath, if one was thrown.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Whether the same request can succeed later without a change to it.
    public var isRetriable: Bool {
        switch code {
        case .resolve, .connect, .proxy, .timeout, .closed, .overloaded, .resources: true
        default: false
        }
    }

    /// The message.
    public var description: String { message }
}
