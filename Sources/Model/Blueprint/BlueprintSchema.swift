/// What a blueprint may hold.
enum BlueprintSchema {
    /// The `spec` of a blueprint.
    static let spec = ObjectSchema(
        "BlueprintSpec", title: "a blueprint's spec", summary: "What is declared, and how differences are treated.",
        fields: [
            FieldSchema(
                "mode", .word(BlueprintMode.allCases.map(\.rawValue)),
                "What the daemon does about differences: enforce makes them go away, propose plans and waits for an "
                    + "approval, observe only reports.", default: "enforce"),
            FieldSchema(
                "prune", .boolean, "Whether what leaves the blueprint leaves the host.", default: false),
            ResourceSchemas.when,
            FieldSchema(
                "parameters", .map(keys: .parameter, values: .any),
                "Values that templates of the blueprint's resources use."),
            FieldSchema(
                "resources", .list(.keyed(ResourceSchemas.union)), "The things that are managed.", required: true),
        ])

    /// The `status` of a blueprint.
    static let status = ObjectSchema(
        "BlueprintStatus", title: "a blueprint's status", summary: "What became of the blueprint.",
        fields: [
            FieldSchema("commit", .string, "The commit that it came from; absent for one made by the API."),
            FieldSchema("resources", .count, "How many resources it declares of which no 'when' is false."),
            FieldSchema("withheld", .count, "How many it declares that are left alone, as a 'when' is false."),
            MetadataSchema.paused,
            MetadataSchema.conditions,
            MetadataSchema.observedGeneration,
        ])

    /// A whole document of a site repository.
    static let document = ObjectSchema(
        "Blueprint", title: "a blueprint", summary: BlueprintKind.descriptor.summary,
        fields: [
            FieldSchema("apiVersion", .word([apiVersionName]), "The version of the format.", required: true),
            FieldSchema("kind", .word(["Blueprint"]), "The kind of the document.", required: true),
            FieldSchema("metadata", .object(MetadataSchema.declared), "What identifies the blueprint.", required: true),
            FieldSchema("spec", .object(spec), "What is declared.", required: true),
        ])
}
