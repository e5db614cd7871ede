/// How urgent a journal entry is; the numbers are those of syslog.
public enum JournalPriority: Int, Sendable, CaseIterable {
    /// The system is unusable.
    case emergency = 0
    /// Action must be taken at once.
    case alert
    /// A critical condition.
    case critical
    /// An error.
    case error
    /// A warning.
    case warning
    /// Normal, but worth notice.
    case notice
    /// For information.
    case info
    /// For whoever debugs.
    case debug
}

/// An entry to be written to the journal.
public struct JournalEntry: Sendable {
    /// The human's line.
    public var message: String
    /// How urgent it is.
    public var priority: JournalPriority
    /// What kind of event it tells, 32 hexadecimal digits that the catalog explains; nil for none.
    public var messageID: String?
    /// Further fields, in order; a name may come more than once.
    public var fields: [(name: String, value: String)]

    /// Makes an entry.
    public init(
        message: String, priority: JournalPriority = .info, messageID: String? = nil,
        fields: [(name: String, value: String)] = []
    ) {
        self.message = message
        self.priority = priority
        self.messageID = messageID
        self.fields = fields
    }
}
