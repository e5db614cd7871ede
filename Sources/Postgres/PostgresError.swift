/// Why PostgreSQL did not do what was asked.
public struct PostgresError: Error, Sendable, CustomStringConvertible {
    /// What went wrong, as an open set.
    public struct Code: Hashable, Sendable {
        private let name: String
        private init(_ name: String) { self.name = name }

        /// No connection could be made.
        public static let connect = Code("connect")
        /// The connection broke while it was used; what was sent last may have taken effect or not.
        public static let lost = Code("lost")
        /// The server did not answer in time; the connection was given up.
        public static let timeout = Code("timeout")
        /// The server refused a statement; `state` says why.
        public static let refused = Code("refused")
        /// The calling task was cancelled, and the server was told so.
        public static let cancelled = Code("cancelled")
        /// The connection was closed by its owner.
        public static let closed = Code("closed")
        /// Too many callers wait for a connection already.
        public static let overloaded = Code("overloaded")
        /// The settings of a connection make no sense.
        public static let invalid = Code("invalid")
        /// The answer is not of the form that was expected.
        public static let unexpected = Code("unexpected")
        /// The system refused memory, threads or descriptors.
        public static let resources = Code("resources")
    }

    /// What went wrong.
    public let code: Code
    /// What was tried, why it failed and what to do; never with a password.
    public let message: String
    /// The server's five-character SQLSTATE, when it answered.
    public let state: SQLState?
    /// The error underneath, if one was thrown.
    public let cause: (any Error)?

    /// Makes an error.
    public init(_ code: Code, _ message: String, state: SQLState? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.state = state
        self.cause = cause
    }

    /// Whether the server, or the way to it, is in trouble, and not this statement: another connection may do better.
    public var isOutage: Bool {
        switch code {
        case .connect, .lost, .timeout: true
        case .refused: state?.isOutage ?? false
        default: false
        }
    }

    /// The message.
    public var description: String { message }
}

/// The class of an answer of the server, as Appendix A of PostgreSQL's documentation lists them.
public struct SQLState: RawRepresentable, Hashable, Sendable {
    /// The five characters.
    public let rawValue: String

    /// Names a state by its five characters.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A row with this key is there already.
    public static let uniqueViolation = SQLState(rawValue: "23505")
    /// The transaction cannot write: the server is a standby.
    public static let readOnly = SQLState(rawValue: "25006")
    /// Two transactions cannot be put in an order; one has to be repeated.
    public static let serializationFailure = SQLState(rawValue: "40001")
    /// Two transactions wait for each other.
    public static let deadlock = SQLState(rawValue: "40P01")
    /// There is no such table.
    public static let undefinedTable = SQLState(rawValue: "42P01")
    /// There is no such schema.
    public static let undefinedSchema = SQLState(rawValue: "3F000")
    /// The role may not do this.
    public static let insufficientPrivilege = SQLState(rawValue: "42501")
    /// A lock was not to be had in time.
    public static let lockNotAvailable = SQLState(rawValue: "55P03")
    /// The statement was cancelled, by us or by its timeout.
    public static let queryCancelled = SQLState(rawValue: "57014")
    /// No space is left on the server's disk.
    public static let diskFull = SQLState(rawValue: "53100")

    /// The first two characters.
    public var family: Substring { rawValue.prefix(2) }

    /// Whether it speaks of the connection or of the server's state: starting, stopping, out of resources, read-only.
    public var isOutage: Bool {
        switch family {
        case "08", "53": self != .diskFull
        case "57": self != .queryCancelled
        default: self == .readOnly
        }
    }
}
