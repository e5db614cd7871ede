/// A failed operation of a store.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, as an open set.
    public struct Code: Hashable, Sendable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// There is no such object, blob or row.
        public static let notFound = Code("notFound")
        /// There is one already.
        public static let alreadyExists = Code("alreadyExists")
        /// The stored version is another one.
        public static let conflict = Code("conflict")
        /// The window of history no longer reaches back that far.
        public static let expired = Code("expired")
        /// The database or file system did not answer; trying again may help.
        public static let unavailable = Code("unavailable")
        /// No space is left, or a cap is reached.
        public static let full = Code("full")
        /// Stored bytes are not what was written.
        public static let corrupt = Code("corrupt")
        /// The stored schema is newer than this version.
        public static let schemaTooNew = Code("schemaTooNew")
        /// The lease under which it was written is another's now; stop what was done under it.
        public static let fenced = Code("fenced")
        /// The request makes no sense.
        public static let invalid = Code("invalid")
    }

    /// What went wrong.
    public let code: Code
    /// What was tried, on what, why it failed and what to do.
    public let message: String
    /// What caused it.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// Whether the same call may succeed later.
    public var isRetriable: Bool { code == .conflict || code == .unavailable }

    /// The message.
    public var description: String { message }
}
