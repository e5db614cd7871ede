public import Model

/// One entry of the audit log: who did what, to what.
public struct AuditRecord: Sendable, Hashable {
    /// When, for display; the order is the sequence.
    public var time: WallTime
    /// Who: `controller`, or a user as `uid:name`.
    public var actor: String
    /// What was done, such as `update` or `run.succeeded`.
    public var verb: String
    /// To what, such as `Source/default` or `file:/etc/motd`.
    public var object: String
    /// What else there is to say; values of secrets never are.
    public var details: JSONValue

    /// Makes a record.
    public init(time: WallTime, actor: String, verb: String, object: String, details: JSONValue = .object([:])) {
        self.time = time
        self.actor = actor
        self.verb = verb
        self.object = object
        self.details = details
    }
}

/// The end of the chain: whoever knows it can tell whether anything before it was changed or cut off.
public struct AuditHead: Sendable, Hashable {
    /// The sequence of the last record; 0 before the first.
    public var sequence: UInt64
    /// The hash of the last record.
    public var hash: ContentDigest

    /// Makes a head.
    public init(sequence: UInt64, hash: ContentDigest) {
        self.sequence = sequence
        self.hash = hash
    }

    /// The head of an empty log: the digest of no bytes.
    public static let empty = AuditHead(sequence: 0, hash: ContentDigest(hashing: []))
}

/// What a check of the chain found.
public struct AuditVerification: Sendable, Hashable {
    /// The first record that does not fit.
    public struct Failure: Sendable, Hashable {
        /// The file.
        public var segment: String
        /// The line in it, from 1.
        public var line: Int
        /// The sequence that the record should have.
        public var sequence: UInt64
        /// What is wrong.
        public var reason: String

        /// Names a record that does not fit.
        public init(segment: String, line: Int, sequence: UInt64, reason: String) {
            self.segment = segment
            self.line = line
            self.sequence = sequence
            self.reason = reason
        }
    }

    /// How many records fit.
    public var records: Int
    /// The sequence of the oldest record that is kept.
    public var firstSequence: UInt64?
    /// The last record that fits.
    public var head: AuditHead
    /// The first that does not; nil when all do.
    public var failure: Failure?

    /// Says what a check found.
    public init(records: Int, firstSequence: UInt64?, head: AuditHead, failure: Failure? = nil) {
        self.records = records
        self.firstSequence = firstSequence
        self.head = head
        self.failure = failure
    }

    /// Whether everything fits.
    public var isIntact: Bool { failure == nil }
}
