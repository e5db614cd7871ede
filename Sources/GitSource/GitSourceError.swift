/// Why a source could not be read.
public struct GitSourceError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, for code that decides on it.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The code's stable name.
        public let rawValue: String

        /// Makes a code from its stable name.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The location itself cannot be used.
        public static let invalidLocation = Code(rawValue: "invalidLocation")
        /// The remote does not answer, or is not a repository.
        public static let remoteUnavailable = Code(rawValue: "remoteUnavailable")
        /// The remote refuses our credentials, or we refuse its host key.
        public static let unauthorized = Code(rawValue: "unauthorized")
        /// The remote has no such branch, tag or commit.
        public static let refNotFound = Code(rawValue: "refNotFound")
        /// The commit has no such directory.
        public static let pathNotFound = Code(rawValue: "pathNotFound")
        /// The commit is not signed by a key that is trusted.
        public static let signatureInvalid = Code(rawValue: "signatureInvalid")
        /// The ref no longer contains the commit that it stood at, and the location forbids that.
        public static let historyRewritten = Code(rawValue: "historyRewritten")
        /// The time given ran out.
        public static let timeout = Code(rawValue: "timeout")
        /// The disk or quota is full.
        public static let noSpace = Code(rawValue: "noSpace")
        /// The local clone is damaged; the next fetch makes it anew.
        public static let corrupt = Code(rawValue: "corrupt")
        /// The files would reach outside their directory, or are of a kind that is not supported.
        public static let unsafeContent = Code(rawValue: "unsafeContent")
        /// The files are more, or larger, than the limits allow.
        public static let tooLarge = Code(rawValue: "tooLarge")
        /// A directory changed while it was read, every time.
        public static let unstable = Code(rawValue: "unstable")
        /// Another process works in the cache directory.
        public static let busy = Code(rawValue: "busy")
        /// The calling task was cancelled.
        public static let cancelled = Code(rawValue: "cancelled")
        /// The git program is missing, too old, or failed in another way.
        public static let gitFailed = Code(rawValue: "gitFailed")
        /// A file could not be read or written.
        public static let fileFailed = Code(rawValue: "fileFailed")
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

    /// Whether the same call can succeed later although neither the location nor the repository changes.
    public var isRetriable: Bool {
        switch code {
        case .remoteUnavailable, .timeout, .noSpace, .corrupt, .unstable, .busy, .unauthorized: true
        default: false
        }
    }

    /// The message.
    public var description: String { message }
}
