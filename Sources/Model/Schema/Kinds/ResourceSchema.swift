/// What a `Resource` may hold.
enum ResourceSchema {
    static let spec = ObjectSchema(
        "ResourceSpec", title: "a resource's spec", summary: "What is declared.",
        fields: [
            FieldSchema("id", .text(.resource), "The readable identity, such as file:/etc/motd.", required: true),
            FieldSchema("type", .word(ResourceType.allCases.map(\.rawValue)), "The type.", required: true),
            FieldSchema("blueprint", .string, "The blueprint that declares it.", required: true),
            FieldSchema(
                "attributes", .object(attributes), "The declared attributes as they are compared.", required: true),
        ])

    static let status = ObjectSchema(
        "ResourceStatus", title: "a resource's status", summary: "What was observed.",
        fields: [
            FieldSchema("phase", .word(ResourcePhase.allCases.map(\.rawValue)), "How it stands."),
            FieldSchema("message", .string, "Why it is in the phase."),
            FieldSchema("lastTransitionTime", .text(.time), "When the phase last changed."),
            FieldSchema("lastDrift", .object(drift), "The last drift."),
            FieldSchema("lastRun", .string, "The run that last changed the resource."),
            FieldSchema(
                "approved", .list(.object(approved)),
                "Declarations that a person approved; drift back to one is repaired without asking again."),
            MetadataSchema.paused,
            MetadataSchema.conditions,
        ])

    private static let approved = ObjectSchema(
        "ApprovedDeclaration", title: "an approved declaration", summary: "A declaration that a person approved.",
        fields: [
            FieldSchema("run", .string, "The run that was approved.", required: true),
            FieldSchema("digest", .string, "The digest of the attributes, as sha256:HEX.", required: true),
        ])
    private static let bytes = ObjectSchema(
        "Content", title: "content", summary: "Bytes, by digest and size.",
        fields: [
            FieldSchema("digest", .string, "The SHA-256 digest, as sha256:HEX.", required: true),
            FieldSchema("size", .count, "The number of bytes.", required: true),
        ])
    private static let owner = FieldSchema("owner", .string, "The owner's name or number.")
    private static let group = FieldSchema("group", .string, "The group's name or number.")
    private static let mode = FieldSchema("mode", .text(.mode), "The permission bits.")
    private static let absent = FieldSchema("absent", .boolean, "It must not exist.")
    private static let attributes = ObjectSchema(
        "Attributes", title: "attributes", summary: "Attributes under the name of their type.",
        fields: [
            FieldSchema(
                "file",
                .object(
                    ObjectSchema(
                        "FileAttributes", title: "file attributes", summary: "Attributes of a regular file.",
                        fields: [FieldSchema("content", .object(bytes), "The bytes."), owner, group, mode, absent])),
                "Those of a regular file."),
            FieldSchema(
                "directory",
                .object(
                    ObjectSchema(
                        "DirectoryAttributes", title: "directory attributes", summary: "Attributes of a directory.",
                        fields: [
                            owner, group, mode,
                            FieldSchema("recurse", .boolean, "Owner, group and mode hold for everything below."),
                            FieldSchema("purge", .boolean, "Entries that no resource declares are removed."), absent,
                        ])),
                "Those of a directory."),
            FieldSchema(
                "symlink",
                .object(
                    ObjectSchema(
                        "SymlinkAttributes", title: "symlink attributes", summary: "Attributes of a symbolic link.",
                        fields: [FieldSchema("target", .string, "What the link holds."), owner, group, absent])),
                "Those of a symbolic link."),
            FieldSchema("unit", .object(unit), "Those of a systemd unit."),
        ], exclusions: [["file", "directory", "symlink", "unit"]], choices: [["file", "directory", "symlink", "unit"]])
    private static let unit = ObjectSchema(
        "UnitAttributes", title: "unit attributes", summary: "Attributes of a systemd unit.",
        fields: [
            FieldSchema("active", .boolean, "Whether the unit runs."),
            FieldSchema("enabled", .boolean, "Whether it starts at boot."),
            FieldSchema("masked", .boolean, "Whether it is masked."),
            FieldSchema("content", .object(bytes), "The whole unit file."),
            FieldSchema("dropIns", .map(keys: .dropIn, values: .object(bytes)), "Drop-ins by name."),
            FieldSchema("restartOn", .list(.text(.resource)), "Resources whose change restarts the unit."),
            FieldSchema("reloadOn", .list(.text(.resource)), "Resources whose change reloads the unit."),
        ])
    private static let drift = ObjectSchema(
        "Drift", title: "a drift", summary: "A difference that appeared after convergence.",
        fields: [
            FieldSchema("time", .text(.time), "When it was noticed.", required: true),
            FieldSchema("repairedTime", .text(.time), "When it was repaired."),
            FieldSchema("run", .string, "The run that repaired it."),
            FieldSchema("actor", .object(actor), "Who caused it, or why that is not known.", required: true),
        ])
    private static let ancestor = ObjectSchema(
        "Ancestor", title: "an ancestor", summary: "A process from which an actor descends.",
        fields: [
            FieldSchema("pid", .count, "The process.", required: true),
            FieldSchema("comm", .string, "Its short name.", required: true),
            FieldSchema("exe", .string, "Its executable."),
        ])
    private static let actor = ObjectSchema(
        "Actor", title: "an actor", summary: "Who caused a drift.",
        fields: [
            FieldSchema("pid", .count, "The process."),
            FieldSchema("comm", .string, "Its short name."),
            FieldSchema("exe", .string, "Its executable."),
            FieldSchema("commandLine", .string, "Its command line, bounded."),
            FieldSchema("uid", .count, "Its user."),
            FieldSchema("loginUID", .count, "The user who logged in, if any."),
            FieldSchema("unit", .string, "The unit that it belongs to."),
            FieldSchema("session", .string, "The login session that it belongs to."),
            FieldSchema(
                "ancestors", .list(.object(ancestor)), "The processes from which it descends, the parent first."),
            FieldSchema(
                "confidence", .word(["observed", "correlated"]),
                "Whether the kernel named the process, or time and arguments did."),
            FieldSchema("unknown", .string, "Why the author is not known."),
        ])
}
