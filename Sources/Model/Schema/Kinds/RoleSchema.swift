/// What a `Role` and a `RoleBinding` may hold.
enum RoleSchema {
    static let role = ObjectSchema(
        "RoleSpec", title: "a role's spec", summary: "What is allowed.",
        fields: [
            FieldSchema(
                "rules", .list(.object(rule)), "What is allowed; each rule adds to the others, none forbids.",
                required: true)
        ])

    static let binding = ObjectSchema(
        "RoleBindingSpec", title: "a role binding's spec", summary: "Who has a role.",
        fields: [
            FieldSchema(
                "role", .text(.name), "The role's name; a role that does not exist allows nothing.", required: true),
            FieldSchema("users", .list(.text(.line), minimum: 1), "Names of users."),
            FieldSchema("groups", .list(.text(.line), minimum: 1), "Names of groups of the host, or of a token."),
        ], choices: [["users", "groups"]])

    static let roleStatus = ObjectSchema(
        "RoleStatus", title: "a role's status", summary: "Roles have no status.", fields: [])
    static let bindingStatus = ObjectSchema(
        "RoleBindingStatus", title: "a role binding's status", summary: "Role bindings have no status.", fields: [])

    private static let rule = ObjectSchema(
        "RoleRule", title: "a rule", summary: "One thing that is allowed.",
        fields: [
            FieldSchema(
                "verbs", .list(.word(RoleKind.verbs), minimum: 1),
                "What may be done; an action such as pause is the creation of its subresource.", required: true),
            FieldSchema(
                "resources", .list(.text(.line), minimum: 1),
                "To what: plural names of kinds, KIND/SUBRESOURCE for what stands below, or * for everything.",
                required: true),
            FieldSchema("resourceNames", .list(.text(.line)), "To which objects; all when absent or empty."),
        ])
}
