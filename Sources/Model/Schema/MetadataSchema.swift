/// The definitions that every kind shares.
enum MetadataSchema {
    /// Metadata of an object that a file declares.
    static let declared = ObjectSchema(
        "DeclaredMetadata", title: "metadata", summary: "What identifies the object.",
        fields: [
            FieldSchema("name", .text(.name), "The name, unique among the objects of the kind.", required: true),
            labels,
            annotations,
        ])

    /// Metadata of an object that the API serves.
    static let served = ObjectSchema(
        "Metadata", title: "metadata", summary: "What identifies the object, and what the server keeps about it.",
        fields: [
            FieldSchema("name", .string, "The name, unique among the objects of the kind.", required: true),
            FieldSchema("uid", .string, "Unique over time: an object deleted and made again has another."),
            FieldSchema("resourceVersion", .string, "Changes with every write; compare it for equality only."),
            FieldSchema("generation", .count, "Counts the changes of spec."),
            FieldSchema("creationTimestamp", .text(.time), "When the object was made."),
            FieldSchema("deletionTimestamp", .text(.time), "When deletion was asked for."),
            FieldSchema("deletionGracePeriodSeconds", .count, "Always 0: nothing here ends gracefully."),
            FieldSchema("generateName", .string, "The prefix from which the server made the name."),
            labels,
            annotations,
            FieldSchema(
                "finalizers", .list(.string), "What must be done before the object may disappear.", list: .set),
            FieldSchema(
                "ownerReferences", .list(.object(owner)), "Objects whose deletion deletes this one.",
                list: .keys(["uid"])),
            FieldSchema("managedFields", .list(.object(manager)), "Who set which fields."),
        ], isOpen: true)

    /// A condition.
    static let condition = ObjectSchema(
        "Condition", title: "a condition", summary: "One aspect of the object's state, following kstatus.",
        fields: [
            FieldSchema("type", .word(["Ready", "Reconciling", "Stalled"]), "What it is about.", required: true),
            FieldSchema("status", .word(["True", "False", "Unknown"]), "Whether it holds.", required: true),
            FieldSchema("reason", .string, "A named cause.", required: true),
            FieldSchema("message", .string, "A sentence for people.", required: true),
            FieldSchema("lastTransitionTime", .text(.time), "When status last changed.", required: true),
            FieldSchema("observedGeneration", .count, "The generation of spec that it speaks of."),
        ])

    /// The conditions of an object.
    static let conditions = FieldSchema(
        "conditions", .list(.object(condition)), "Ready, Reconciling and Stalled.", list: .keys(["type"]))

    /// The generation of spec that was acted on.
    static let observedGeneration = FieldSchema(
        "observedGeneration", .count, "The generation of spec that the status speaks of.")

    /// A pause.
    static let paused = FieldSchema(
        "paused",
        .object(
            ObjectSchema(
                "Pause", title: "a pause", summary: "An operator's hand on the brake.",
                fields: [
                    FieldSchema("by", .string, "Who paused.", required: true),
                    FieldSchema("since", .text(.time), "Since when.", required: true),
                    FieldSchema("until", .text(.time), "When it ends by itself; absent until resumed."),
                ])), "Present while paused.")

    private static let labels = FieldSchema(
        "labels", .map(keys: .labelKey, values: .text(.labelValue)), "Marks that selectors match.")
    private static let annotations = FieldSchema(
        "annotations", .map(keys: .labelKey, values: .string), "Marks that nothing selects by.")
    private static let owner = ObjectSchema(
        "OwnerReference", title: "an owner reference", summary: "The object that owns this one.",
        fields: [
            FieldSchema("apiVersion", .string, "The owner's API version.", required: true),
            FieldSchema("kind", .string, "The owner's kind.", required: true),
            FieldSchema("name", .string, "The owner's name.", required: true),
            FieldSchema("uid", .string, "The owner's uid.", required: true),
            FieldSchema("controller", .boolean, "Whether the owner is the controller of the object."),
            FieldSchema(
                "blockOwnerDeletion", .boolean, "Whether the owner stays until this object is gone, when asked to."),
        ], isOpen: true)
    private static let manager = ObjectSchema(
        "ManagedFieldsEntry", title: "managed fields", summary: "The fields that one manager has set.",
        fields: [
            FieldSchema("manager", .string, "Who set them."),
            FieldSchema("operation", .word(["Apply", "Update"]), "Whether they were applied or written."),
            FieldSchema("apiVersion", .string, "The version that the fields are of."),
            FieldSchema("time", .text(.time), "When they last changed."),
            FieldSchema("fieldsType", .word(["FieldsV1"]), "The form of fieldsV1."),
            FieldSchema("fieldsV1", .any, "The fields."),
            FieldSchema("subresource", .string, "The subresource that they were written through."),
        ])
}
