/// A failed operation on the host.
public struct HostError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong, as an open set.
    public struct Code: Hashable, Sendable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// Nothing is there.
        public static let notFound = Code("notFound")
        /// Something is there already.
        public static let exists = Code("exists")
        /// The directory is not empty.
        public static let notEmpty = Code("notEmpty")
        /// Something of another type is there.
        public static let wrongType = Code("wrongType")
        /// The file system is mounted read-only.
        public static let readOnly = Code("readOnly")
        /// The file is immutable or append-only, or permission is missing.
        public static let notPermitted = Code("notPermitted")
        /// No space or quota is left.
        public static let noSpace = Code("noSpace")
        /// A path leads through a link or mount that somebody else could have placed.
        public static let unsafePath = Code("unsafePath")
        /// Somebody changed it in between.
        public static let changed = Code("changed")
        /// A bound was reached.
        public static let tooLarge = Code("tooLarge")
        /// A deadline passed.
        public static let timeout = Code("timeout")
        /// A unit's job failed.
        public static let unitFailed = Code("unitFailed")
        /// A user, group or feature does not exist on this host.
        public static let unavailable = Code("unavailable")
        /// The simulated machine stopped at a crash point; nothing answers until it is started again.
        package static let stopped = Code("stopped")
        /// The kernel answered with an error that has no code of its own.
        public static let inputOutput = Code("inputOutput")
    }

    /// What went wrong.
    public let code: Code
    /// What was tried, on what, why it failed and what to do.
    public let message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
