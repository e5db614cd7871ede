/// What a `Source` may hold.
enum SourceSchema {
    static let spec = ObjectSchema(
        "SourceSpec", title: "a source's spec", summary: "The location to follow.",
        fields: [
            FieldSchema("git", .text(.line), "URL or path of a git repository."),
            FieldSchema("directory", .text(.path), "A plain directory."),
            FieldSchema("ref", .text(.line), "Branch, tag or commit."),
            FieldSchema("path", .string, "Directory within the source."),
            FieldSchema("intervalSeconds", .integer(1...86_400), "Seconds between fetches."),
            FieldSchema("verify", .object(signature), "The signature that commits must carry."),
            FieldSchema(
                "removalLimitPercent", .integer(0...100),
                "Percentage of the managed resources that a commit may remove without approval."),
        ], exclusions: [["git", "directory"]])

    static let status = ObjectSchema(
        "SourceStatus", title: "a source's status", summary: "What became of the source.",
        fields: [
            FieldSchema("commit", .string, "The commit in force."),
            FieldSchema("generation", .count, "The generation in force."),
            FieldSchema("fetched", .object(commit), "What was fetched last."),
            FieldSchema("fetchTime", .text(.time), "When it was fetched."),
            FieldSchema("badCommit", .string, "A commit that failed its verification; it is not tried again."),
            FieldSchema("held", .object(held), "Commits that a rollback holds back."),
            MetadataSchema.paused,
            FieldSchema("errors", .list(.object(diagnostic)), "Errors of the last compile, with positions."),
            FieldSchema("lastHandledReconcile", .string, "The last request to reconcile that was acted on."),
            MetadataSchema.conditions,
            MetadataSchema.observedGeneration,
        ])

    private static let signature = ObjectSchema(
        "SignatureRequirement", title: "a signature requirement", summary: "Whose signatures are accepted.",
        fields: [
            FieldSchema("allowedSigners", .text(.path), "Path of an ssh allowed_signers file."),
            FieldSchema("gnupgHome", .text(.path), "Path of a GnuPG home directory."),
        ])
    private static let commit = ObjectSchema(
        "Commit", title: "a commit", summary: "Who wrote a commit, and when.",
        fields: [
            FieldSchema("commit", .string, "The commit.", required: true),
            FieldSchema("author", .string, "The author as 'Name <address>'; empty for a directory.", required: true),
            FieldSchema("subject", .string, "The first line of the message.", required: true),
            FieldSchema("time", .text(.time), "The author's date."),
        ])
    private static let held = ObjectSchema(
        "HeldCommits", title: "held commits", summary: "What a rollback holds back until resumed or a newer commit.",
        fields: [
            FieldSchema("generation", .count, "The generation that was gone back to.", required: true),
            FieldSchema("until", .string, "The newest commit that is held.", required: true),
            FieldSchema("by", .string, "Who asked.", required: true),
        ])
    private static let position = ObjectSchema(
        "Position", title: "a position", summary: "A place in a file of the site repository.",
        fields: [
            FieldSchema("file", .string, "The path within the repository.", required: true),
            FieldSchema("line", .count, "The line, from 1.", required: true),
            FieldSchema("column", .count, "The column, from 1.", required: true),
        ])
    private static let diagnostic = ObjectSchema(
        "Diagnostic", title: "a diagnostic", summary: "A finding of the blueprint compiler.",
        fields: [
            FieldSchema("position", .object(position), "Where.", required: true),
            FieldSchema("message", .string, "What is wrong, and what was probably meant.", required: true),
        ])
}
