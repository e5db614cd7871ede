public import Model

/// A request to the control API that failed.
public struct ControlClientError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, as an open set: the `reason` of the daemon's status, or one of the client's own.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// The reason, such as `NotFound`.
        public let rawValue: String

        /// Makes a code from the reason of a status.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// There is no such object.
        public static let notFound = Code(rawValue: "NotFound")
        /// There is one already.
        public static let alreadyExists = Code(rawValue: "AlreadyExists")
        /// The object has changed since, or belongs to a source.
        public static let conflict = Code(rawValue: "Conflict")
        /// The object does not fit its schema.
        public static let invalid = Code(rawValue: "Invalid")
        /// The request makes no sense.
        public static let badRequest = Code(rawValue: "BadRequest")
        /// The requester may not do this.
        public static let forbidden = Code(rawValue: "Forbidden")
        /// The version is older than what the daemon remembers.
        public static let expired = Code(rawValue: "Expired")
        /// Too many requests at once.
        public static let tooManyRequests = Code(rawValue: "TooManyRequests")
        /// The daemon cannot do it now.
        public static let unavailable = Code(rawValue: "ServiceUnavailable")
        /// Nobody answers on the socket.
        public static let unreachable = Code(rawValue: "Unreachable")
        /// The socket may not be used by this user.
        public static let socketDenied = Code(rawValue: "SocketDenied")
        /// The daemon took too long.
        public static let timeout = Code(rawValue: "Timeout")
        /// What came back is not what the daemon sends.
        public static let badAnswer = Code(rawValue: "BadAnswer")
        /// The calling task was cancelled.
        public static let cancelled = Code(rawValue: "Cancelled")
    }

    /// What went wrong.
    public let code: Code
    /// What was tried, why it failed and what to do.
    public let message: String
    /// The daemon's answer, if it gave one.
    public let status: APIStatus?
    /// What caused it, if it was not the daemon's answer.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, status: APIStatus? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.status = status
        self.cause = cause
    }

    /// Makes the error that a status stands for.
    public init(_ status: APIStatus) {
        self.init(Code(rawValue: status.reason ?? "HTTP\(status.code)"), status.message, status: status)
    }

    /// Whether the answer is a refusal: exit code 3 of `aetherctl`.
    public var isDenied: Bool { code == .forbidden || code == .socketDenied }

    /// Whether the same request may succeed later.
    public var isRetriable: Bool {
        [.unreachable, .unavailable, .tooManyRequests, .timeout].contains(code)
    }

    /// The message.
    public var description: String { message }
}
