internal import Model

/// What the bodies of actions hold, and what actions do, for the published schemas.
enum ActionSchemas {
    /// One action: what it does, and its body.
    struct Action: Sendable {
        let summary: String
        var body: ObjectSchema?
        /// What its answer is, where that is no JSON.
        var contentType = "application/json"
        var parameters: [APIParameter] = []
    }

    /// The action of a method and a subresource, such as `POST pause`.
    static func action(_ method: String, _ subresource: String) -> Action? { actions["\(method) \(subresource)"] }

    /// The bodies of all actions.
    static let bodies: [ObjectSchema] = actions.keys.sorted().compactMap { actions[$0]?.body }

    private static let actions: [String: Action] = [
        "GET summary": Action(summary: "read the status of the host"),
        "GET history": Action(summary: "read the generations, the newest first"),
        "GET facts": Action(summary: "read what conditions may depend on"),
        "GET passes": Action(summary: "read how a requested pass is going"),
        "POST plan": Action(summary: "plan without touching the host", body: plan),
        "POST reconcile": Action(summary: "ask for a pass now", body: reconcile),
        "POST rollback": Action(summary: "go back to a generation", body: rollback),
        "POST adopt": Action(summary: "show observed state as a blueprint", body: adopt),
        "POST pause": Action(summary: "pause until resumed, or for some time", body: pause),
        "POST resume": Action(summary: "end a pause"),
        "GET diff": Action(summary: "compare what is declared with what is observed"),
        "GET why": Action(summary: "read the chain behind a resource"),
        "GET versions": Action(summary: "list the versions that can be recovered"),
        "GET content": Action(
            summary: "read the bytes of a recoverable version", contentType: "application/octet-stream",
            parameters: [APIParameter("digest", .string, "The digest that the list of versions shows.")]),
        "GET plan": Action(summary: "read the plan of a run"),
        "GET log": Action(summary: "read the steps of a run"),
        "POST decision": Action(summary: "answer the question whether a plan may run", body: decision),
    ]

    private static let plan = ObjectSchema(
        "PlanRequest", title: "a plan request", summary: "What is to be planned.",
        fields: [
            FieldSchema("directory", .string, "A directory on the host that is planned instead of the source.")
        ])
    private static let reconcile = ObjectSchema(
        "ReconcileRequest", title: "a reconcile request", summary: "Which plan is to run.",
        fields: [FieldSchema("planHash", .string, "Run only if the plan has this hash.")])
    private static let rollback = ObjectSchema(
        "RollbackRequest", title: "a rollback request", summary: "Where to go back to.",
        fields: [
            FieldSchema(
                "generation", .count, "The generation; when absent, the last good one before the one in force.")
        ])
    private static let adopt = ObjectSchema(
        "AdoptRequest", title: "an adopt request", summary: "What is to be adopted.",
        fields: [
            FieldSchema("resources", .list(.string), "Resources, such as file:/etc/motd.", required: true)
        ])
    private static let pause = ObjectSchema(
        "PauseRequest", title: "a pause request", summary: "How long to pause.",
        fields: [
            FieldSchema(
                "seconds", .integer(1...Int64(PauseRequest.maximumSeconds)), "How long; when absent, until resumed.")
        ])
    private static let decision = ObjectSchema(
        "DecisionRequest", title: "a decision", summary: "The answer to an approval.",
        fields: [
            FieldSchema("decision", .word(["Approved", "Denied"]), "The answer.", required: true),
            FieldSchema("planHash", .string, "The plan that was read; an answer to another plan is refused."),
        ])
}
