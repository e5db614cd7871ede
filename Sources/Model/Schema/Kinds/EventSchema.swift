/// What an `Event` may hold.
enum EventSchema {
    static let spec = ObjectSchema(
        "EventSpec", title: "an event's spec", summary: "What happened.",
        fields: [
            FieldSchema("involvedKind", .string, "The object's kind.", required: true),
            FieldSchema("involvedName", .string, "The object's name.", required: true),
            FieldSchema("type", .word(["Normal", "Warning"]), "Whether it is as it should be.", required: true),
            FieldSchema("reason", .string, "A named cause.", required: true),
            FieldSchema("message", .string, "A sentence.", required: true),
            FieldSchema("firstTimestamp", .text(.time), "When it first happened.", required: true),
            FieldSchema("lastTimestamp", .text(.time), "When it last happened.", required: true),
            FieldSchema("count", .integer(1...Int64.max), "How often.", required: true),
            FieldSchema("source", .string, "The controller that reports it.", required: true),
            FieldSchema("reportingInstance", .string, "The host of the controller."),
            FieldSchema("involvedUID", .string, "The object's uid."),
            FieldSchema("involvedAPIVersion", .string, "The object's API version; absent for one of this API."),
            FieldSchema("involvedNamespace", .string, "The object's namespace; absent for one of this API."),
            FieldSchema("involvedResourceVersion", .string, "The object's version."),
            FieldSchema("involvedFieldPath", .string, "The part of the object."),
            FieldSchema("action", .string, "What was done."),
        ])

    static let status = ObjectSchema(
        "EventStatus", title: "an event's status", summary: "Events have no status.", fields: [])
}
