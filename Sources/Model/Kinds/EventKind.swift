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
        /// The host of the controller, or what else tells one of its instances from the next.
        public var reportingInstance: String?
        /// The object's uid.
        public var involvedUID: String?
        /// The object's API version; nil for one of ours.
        public var involvedAPIVersion: String?
        /// The object's namespace; nil for one of ours.
        public var involvedNamespace: String?
        /// The object's version.
        public var involvedResourceVersion: String?
        /// The part of the object.
        public var involvedFieldPath: String?
        /// What was done.
        public var action: String?

        /// Makes an event that happened once.
        public init(
            involvedKind: String, involvedName: String, involvedUID: String? = nil, type: String, reason: String,
            message: String, time: WallTime, source: String
        ) {
            self.involvedKind = involvedKind
            self.involvedName = involvedName
            self.involvedUID = involvedUID
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
