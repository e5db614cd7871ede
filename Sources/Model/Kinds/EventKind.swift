/// Something that happened to an object, in the shape of core/v1 Events; equal events raise a count.
public enum EventKind: Kind {
    /// What happened.
    public struct Spec: Codable, Sendable, Hashable {
        /// The object's kind.
        public var involvedKind: String
        /// The object's name.
        public var involvedName: String
        /// `Normal` or `Warning`.
        public var type: String
        /// A named cause.
        public var reason: String
        /// A sentence.
        public var message: String
        /// When it first happened.
        public var firstTimestamp: WallTime
        /// When it last happened.
        public var lastTimestamp: WallTime
        /// How often.
        public var count: Int
        /// The controller that reports it.
        public var source: String

        /// Makes an event that happened once.
        public init(
            involvedKind: String, involvedName: String, type: String, reason: String, message: String, time: WallTime,
            source: String
        ) {
            self.involvedKind = involvedKind
            self.involvedName = involvedName
            self.type = type
            self.reason = reason
            self.message = message
            firstTimestamp = time
            lastTimestamp = time
            count = 1
            self.source = source
        }
    }

    /// Events have no status.
    public struct Status: Codable, Sendable, Hashable {
        /// Makes the empty status.
        public init() {}
    }

    /// Names and columns.
    public static let descriptor = KindDescriptor(
        kind: "Event", plural: "events", singular: "event", shortNames: ["ev"], isReadOnly: true,
        columns: [
            PrinterColumn("TYPE", path: ["spec", "type"]),
            PrinterColumn("REASON", path: ["spec", "reason"]),
            PrinterColumn("OBJECT", path: ["spec", "involvedName"]),
            PrinterColumn("COUNT", path: ["spec", "count"], priority: 1, type: "integer"),
            PrinterColumn("MESSAGE", path: ["spec", "message"]),
        ],
        summary: "Event is something that happened to an object.")
}
