/// What each type of resource may hold.
enum ResourceSchemas {
    /// A resource of any type.
    static let union = KeyedUnion(
        title: "a resource",
        alternatives: [
            KeyedUnion.Alternative("file", file), KeyedUnion.Alternative("directory", directory),
            KeyedUnion.Alternative("symlink", symlink), KeyedUnion.Alternative("unit", unit),
        ], unsupported: ["package", "user", "group", "sysctl", "mount", "cron", "command"],
        mergesByIdentity: true)

    static let file = ObjectSchema(
        "FileResource", title: "a file resource", summary: "A regular file.",
        fields: [
            FieldSchema("file", .text(.path), "The file's absolute path.", required: true),
            content, source, template, templateParameters, owner, group, mode,
            FieldSchema("absent", .boolean, "The file must not exist.", default: false),
            FieldSchema(unsupported: "sensitive"),
        ] + common,
        exclusions: contentExclusions
            + ["content", "source", "template", "owner", "group", "mode"].map { ["absent", $0] },
        companions: ["parameters": "template"])

    static let directory = ObjectSchema(
        "DirectoryResource", title: "a directory resource", summary: "A directory.",
        fields: [
            FieldSchema("directory", .text(.path), "The directory's absolute path.", required: true),
            owner, group, mode,
            FieldSchema(
                "recurse", .boolean,
                "Owner, group and mode hold for everything below; files get the mode's execute bits "
                    + "only where they have "
                    + "one.", default: false),
            FieldSchema(
                "purge", .boolean, "Entries that no resource declares are removed; their bytes are kept.",
                default: false),
            FieldSchema("absent", .boolean, "The directory must not exist.", default: false),
        ] + common,
        exclusions: ["owner", "group", "mode", "recurse", "purge"].map { ["absent", $0] })

    static let symlink = ObjectSchema(
        "SymlinkResource", title: "a symlink resource", summary: "A symbolic link.",
        fields: [
            FieldSchema("symlink", .text(.path), "The link's absolute path.", required: true),
            FieldSchema("target", .text(.line), "What the link holds, as it is written."),
            owner, group,
            FieldSchema("absent", .boolean, "The link must not exist.", default: false),
        ] + common,
        exclusions: ["target", "owner", "group"].map { ["absent", $0] }, choices: [["target", "absent"]])

    static let unit = ObjectSchema(
        "UnitResource", title: "a unit resource", summary: "A systemd unit.",
        fields: [
            FieldSchema("unit", .text(.unit), "The unit's name with its type.", required: true),
            FieldSchema("active", .boolean, "Whether the unit runs."),
            FieldSchema("enabled", .boolean, "Whether it starts at boot."),
            FieldSchema("masked", .boolean, "Whether it is masked, so that nothing can start it."),
            FieldSchema("content", contentType, "The whole unit file, kept in /etc/systemd/system."),
            source, template, templateParameters,
            FieldSchema(
                "dropIns", .map(keys: .dropIn, values: .oneOf([.string, .object(dropIn)])),
                "Drop-ins by name, kept in /etc/systemd/system/UNIT.d."),
            FieldSchema("restartOn", .list(.text(.resource)), "Resources whose change restarts the unit."),
            FieldSchema("reloadOn", .list(.text(.resource)), "Resources whose change reloads the unit."),
        ] + common,
        exclusions: contentExclusions
            + ["active", "enabled", "content", "source", "template", "dropIns"].map { ["masked", $0] },
        companions: ["parameters": "template"])

    /// A check that must pass after a change.
    static let probe = KeyedUnion(
        title: "a probe",
        alternatives: [
            KeyedUnion.Alternative(
                "exec",
                ObjectSchema(
                    "ExecProbe", title: "an exec probe", summary: "A command that must exit with 0.",
                    fields: [
                        FieldSchema(
                            "exec", .list(.text(.line), minimum: 1),
                            "The command and its arguments; no shell is involved. It runs once.",
                            required: true),
                        FieldSchema(
                            "timeout", .text(.duration), "How long the command may run.", default: timeoutDefault),
                    ])),
            KeyedUnion.Alternative(
                "http",
                ObjectSchema(
                    "HTTPProbe", title: "an http probe",
                    summary: "A GET that must be answered with an expected status.",
                    fields: [
                        FieldSchema("http", .text(.url), "The address.", required: true),
                        FieldSchema(
                            "status", .oneOf([.integer(100...599), .list(.integer(100...599), minimum: 1)]),
                            "The expected status or statuses; 200 to 399 when absent."), timeout,
                    ])),
            KeyedUnion.Alternative(
                "tcp",
                ObjectSchema(
                    "TCPProbe", title: "a tcp probe", summary: "A TCP connection that must be accepted.",
                    fields: [
                        FieldSchema("tcp", .text(.endpoint), "The host and port.", required: true), timeout,
                    ])),
            KeyedUnion.Alternative(
                "unit",
                ObjectSchema(
                    "UnitProbe", title: "a unit probe", summary: "A unit that must be active.",
                    fields: [
                        FieldSchema("unit", .text(.unit), "The unit's name.", required: true), timeout,
                    ])),
        ])

    /// The time that a probe has when its blueprint does not say: long enough for a service that loads its data, short
    /// enough that a person still waits for the roll back.
    static let probeTimeoutSeconds: Int64 = 30

    private static let timeoutDefault = JSONValue.string(DurationText.text(seconds: probeTimeoutSeconds))
    private static let timeout = FieldSchema(
        "timeout", .text(.duration), "How long the check is tried until it passes.", default: timeoutDefault)

    /// The condition of a blueprint or a resource.
    static let when = FieldSchema(
        "when", .oneOf([.text(.condition), .boolean]),
        "An expression of Rego over input.host.facts and input.parameters; where it does not hold, what it stands at "
            + "is left alone.")

    private static let common = [
        FieldSchema("after", .list(.text(.resource)), "Resources that come first."),
        FieldSchema(
            "onDrift", .word(DriftResponse.allCases.map(\.rawValue)),
            "What happens when the resource drifts after convergence.", default: "repair"),
        FieldSchema("protect", .boolean, "No run may change or remove the resource.", default: false),
        FieldSchema(
            "verify", .oneOf([.list(.keyed(probe)), .keyed(probe)]),
            "Checks that must pass after a change, or it is undone."),
        FieldSchema("labels", .map(keys: .labelKey, values: .text(.labelValue)), "Marks that selectors match."),
        when,
        FieldSchema(unsupported: "confirm"),
    ]

    private static let contentType = FieldType.oneOf([
        .string,
        .object(
            ObjectSchema(
                "CredentialContent", title: "content", summary: "Bytes of a systemd credential.",
                fields: [FieldSchema(unsupported: "credential")])),
    ])
    private static let content = FieldSchema("content", contentType, "The bytes, as text.")
    private static let source = FieldSchema(
        "source", .text(.sourcePath), "A file of the repository that holds the bytes.")
    private static let template = FieldSchema(
        "template", .text(.sourcePath), "A Mustache template of the repository that gives the bytes.")
    private static let templateParameters = FieldSchema(
        "parameters", .map(keys: .parameter, values: .any), "Values for the template, over those of the blueprint.")
    private static let contentExclusions = [["content", "source", "template"]]
    private static let account = FieldType.oneOf([.text(.account), .integer(0...Int64(UInt32.max) - 1)])
    private static let owner = FieldSchema("owner", account, "The owner's name or number.")
    private static let group = FieldSchema("group", account, "The group's name or number.")
    private static let mode = FieldSchema("mode", .text(.mode), "The permission bits as octal digits in quotes.")
    private static let dropIn = ObjectSchema(
        "DropIn", title: "a drop-in", summary: "The bytes of a drop-in.",
        fields: [content, source, template, templateParameters], exclusions: contentExclusions,
        choices: [["content", "source", "template"]], companions: ["parameters": "template"])
}
