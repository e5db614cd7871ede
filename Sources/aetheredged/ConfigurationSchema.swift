import Model

/// What `aetheredge.yaml` may hold; the published defaults stand in `etc/aetheredge/aetheredge.yaml`.
enum ConfigurationSchema {
    static let root = ObjectSchema(
        "Configuration", title: "the configuration", summary: "The configuration of aetheredged.",
        fields: [
            FieldSchema("source", .object(source), "Where the declared state comes from."),
            FieldSchema("reconcile", .object(reconcile), "How the host is kept in its state."),
            FieldSchema("retention", .object(retention), "How long records are kept."),
            FieldSchema("store", .object(store), "Where API objects are kept."),
            FieldSchema("api", .object(api), "Who may use the control socket."),
            FieldSchema("log", .object(log), "What is logged."),
        ])

    static let source = ObjectSchema(
        "ConfigurationSource", title: "the source", summary: "Where the declared state comes from.",
        fields: [
            FieldSchema("git", .string, "URL or path of a git repository."),
            FieldSchema("directory", .string, "A plain directory."),
            FieldSchema("ref", .string, "Branch, tag or commit.", default: "main"),
            FieldSchema("path", .string, "Directory within the source.", default: "."),
            FieldSchema("interval", .text(.duration), "Between fetches.", default: "60s"),
            FieldSchema("verify", .object(verify), "Signature that commits must carry."),
        ],
        exclusions: [["git", "directory"], ["directory", "ref"], ["directory", "verify"]],
        choices: [["git", "directory"]])

    static let verify = ObjectSchema(
        "ConfigurationVerify", title: "the signature requirement", summary: "Whose signatures are accepted.",
        fields: [
            FieldSchema("allowedSigners", .string, "Path of an ssh allowed_signers file."),
            FieldSchema("gnupgHome", .string, "Path of a GnuPG home directory."),
        ],
        exclusions: [["allowedSigners", "gnupgHome"]], choices: [["allowedSigners", "gnupgHome"]])

    static let reconcile = ObjectSchema(
        "ConfigurationReconcile", title: "the loop's settings", summary: "How the host is kept in its state.",
        fields: [
            FieldSchema("fullPass", .text(.duration), "Between passes over everything.", default: "30m"),
            FieldSchema(
                "removalLimit", .integer(0...100),
                "Percent of the managed resources that a commit may remove without approval.", default: 20),
        ])

    static let retention = ObjectSchema(
        "ConfigurationRetention", title: "the retention", summary: "How long records are kept.",
        fields: [
            FieldSchema("runs", .integer(10...1_000_000), "Runs that are kept.", default: 1000),
            FieldSchema("generations", .integer(2...1000), "Generations that are kept.", default: 20),
            FieldSchema("content", .text(.duration), "How long replaced bytes can be recovered.", default: "30d"),
            FieldSchema("contentLimit", .string, "The most bytes of replaced content.", default: "1GiB"),
        ])

    static let store = ObjectSchema(
        "ConfigurationStore", title: "the store", summary: "Where API objects are kept.",
        fields: [FieldSchema("postgres", .object(postgres), "The database of a fleet, instead of the state database.")])

    static let postgres = ObjectSchema(
        "ConfigurationPostgres", title: "the fleet's database", summary: "A PostgreSQL database for API objects.",
        fields: [
            FieldSchema(
                "connection", .string, "A libpq connection string: a URI, or keywords.", required: true),
            FieldSchema("passwordFile", .string, "A file with the password."),
            FieldSchema("partition", .string, "The name of this host in the fleet; its host name by default."),
            FieldSchema("connections", .integer(1...32), "Connections, besides one that listens.", default: 3),
            FieldSchema("connectTimeout", .text(.duration), "For each address to answer.", default: "5s"),
            FieldSchema("statementTimeout", .text(.duration), "For each statement.", default: "10s"),
        ])

    static let api = ObjectSchema(
        "ConfigurationAPI", title: "the API's settings", summary: "Who may use the control socket.",
        fields: [
            FieldSchema(
                "administrators", .list(.string), "Groups that may change things.", default: ["aetheredge-admin"]),
            FieldSchema("readers", .list(.string), "Groups that may read.", default: ["aetheredge"]),
        ])

    static let log = ObjectSchema(
        "ConfigurationLog", title: "the log's settings", summary: "What is logged.",
        fields: [
            FieldSchema(
                "level", .word(["debug", "info", "notice", "warning", "error"]), "The least level.", default: "info")
        ])
}
