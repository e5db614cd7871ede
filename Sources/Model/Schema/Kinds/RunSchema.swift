/// What a `WorkflowRun` may hold.
enum RunSchema {
    static let spec = ObjectSchema(
        "WorkflowRunSpec", title: "a run's spec", summary: "What is carried out.",
        fields: [
            FieldSchema("cause", .word(PlanCause.allCases.map(\.rawValue)), "Why.", required: true),
            FieldSchema("commit", .string, "The commit that it leads to.", required: true),
            FieldSchema("planHash", .string, "The hash of the plan.", required: true),
            FieldSchema("changes", .count, "How many changes it has.", required: true),
            FieldSchema("requestedBy", .string, "Who asked.", required: true),
        ])

    static let status = ObjectSchema(
        "WorkflowRunStatus", title: "a run's status", summary: "How far it came.",
        fields: [
            FieldSchema("phase", .word(RunPhase.allCases.map(\.rawValue)), "The phase."),
            FieldSchema("startTime", .text(.time), "When the first step began."),
            FieldSchema("completionTime", .text(.time), "When the run settled."),
            FieldSchema("stepsDone", .count, "Steps that are done."),
            FieldSchema("stepsTotal", .count, "All steps."),
            FieldSchema("message", .string, "Why it waits, failed or was rolled back."),
            MetadataSchema.conditions,
        ])
}
