internal import Model

extension EventShape {
    /// What an event holds in the shape, for the published schemas.
    var schema: ObjectSchema {
        ObjectSchema(
            schemaName, title: "an event", summary: "Something that happened to an object.",
            fields: [
                FieldSchema("apiVersion", .string, "The version of the format."),
                FieldSchema("kind", .string, "Event."),
                FieldSchema("metadata", .object(Self.metadata), "What identifies the event."),
                FieldSchema(involved, .object(Self.reference), "The object that it happened to.", required: true),
                FieldSchema("reason", .string, "A named cause."),
                FieldSchema("type", .word(["Normal", "Warning"]), "Whether it is as it should be."),
                FieldSchema("action", .string, "What was done."),
                FieldSchema("series", .object(Self.series), "How often it happened, when more than once."),
                FieldSchema("reportingInstance", .string, "The host of the controller."),
            ] + own)
    }

    /// What one shape has and the other has not.
    private var own: [FieldSchema] {
        let time = FieldSchema("eventTime", .any, "When it first happened, in microseconds.")
        switch self {
        case .core:
            return [
                FieldSchema("message", .string, "A sentence."), FieldSchema("count", .count, "How often it happened."),
                FieldSchema("firstTimestamp", .text(.time), "When it first happened."),
                FieldSchema("lastTimestamp", .text(.time), "When it last happened."),
                FieldSchema("source", .object(Self.source), "The controller that reports it."),
                FieldSchema("reportingComponent", .string, "The controller that reports it."), time,
            ]
        case .events:
            return [
                FieldSchema("note", .string, "A sentence."),
                FieldSchema("deprecatedCount", .count, "How often it happened."),
                FieldSchema("deprecatedFirstTimestamp", .text(.time), "When it first happened."),
                FieldSchema("deprecatedLastTimestamp", .text(.time), "When it last happened."),
                FieldSchema("deprecatedSource", .object(Self.source), "The controller that reports it."),
                FieldSchema("reportingController", .string, "The controller that reports it."), time,
            ]
        }
    }

    private static let metadata = ObjectSchema(
        "EventMetadata", title: "metadata", summary: "What identifies the event; its namespace is 'default'.",
        fields: [
            FieldSchema("name", .string, "The name."), FieldSchema("namespace", .string, "Always 'default'."),
            FieldSchema("uid", .string, "Unique over time."),
            FieldSchema("resourceVersion", .string, "Changes with every write."),
        ], isOpen: true)
    private static let reference = ObjectSchema(
        "EventReference", title: "a reference", summary: "An object that something happened to.",
        fields: ["apiVersion", "kind", "name", "namespace", "uid", "resourceVersion", "fieldPath"].map {
            FieldSchema($0, .string, "The object's \($0).")
        })
    private static let series = ObjectSchema(
        "EventSeries", title: "a series", summary: "How often something happened.",
        fields: [
            FieldSchema("count", .count, "How often."),
            FieldSchema("lastObservedTime", .text(.time), "When it last happened."),
        ])
    private static let source = ObjectSchema(
        "EventSource", title: "a source", summary: "Who reports an event.",
        fields: [
            FieldSchema("component", .string, "The controller."), FieldSchema("host", .string, "Its host."),
        ])
}
