/// What an `Approval` may hold.
enum ApprovalSchema {
    static let spec = ObjectSchema(
        "ApprovalSpec", title: "an approval's spec", summary: "What is asked.",
        fields: [
            FieldSchema("run", .string, "The run that waits.", required: true),
            FieldSchema("planHash", .string, "The plan that an approval binds to.", required: true),
            FieldSchema("reason", .string, "Why an approval is needed.", required: true),
        ])

    static let status = ObjectSchema(
        "ApprovalStatus", title: "an approval's status", summary: "What was answered.",
        fields: [
            FieldSchema("decision", .word(["Approved", "Denied"]), "The answer; absent while nobody answered."),
            FieldSchema("by", .string, "Who answered."),
            FieldSchema("time", .text(.time), "When."),
            MetadataSchema.conditions,
        ])
}
