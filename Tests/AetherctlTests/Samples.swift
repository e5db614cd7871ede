import Model

/// Values that several suites show.
enum Samples {
    static let motd = ResourceID(type: .file, identity: "/etc/motd")
    static let now = WallTime(seconds: 1_800_000_000)
    static let commit = CommitDescription(
        commit: String(repeating: "3f2a1b9c", count: 5), author: "Ann <ann@example.org>", subject: "motd: greet",
        time: now.adding(seconds: -7200))
    static let problem = ResourceProblem(
        resource: motd, reason: Reason(rawValue: "ReadOnly"), message: "the directory is mounted read-only")
    static let diagnostic = CompileDiagnostic(
        position: SourcePosition(file: "a.yaml", line: 3, column: 5), message: "unknown key 'mod'")

    static var actor: DriftActor {
        var actor = DriftActor()
        actor.pid = 42
        actor.comm = "vim"
        actor.exe = "/usr/bin/vim"
        actor.uid = 1000
        actor.unit = "session-3.scope"
        actor.session = "3"
        actor.confidence = "observed"
        return actor
    }

    static var change: Change {
        Change(
            resource: motd, action: .update,
            fields: [FieldDifference(field: "mode", observed: "0666", declared: "0644")],
            contentDiff: "--- observed\n+++ declared\n@@ -1 +1 @@\n-spoiled\u{1B}[2J\n+hello\n",
            before: ContentDigest(hashing: "a"), after: ContentDigest(hashing: "b"), undo: .exact, risk: .medium,
            operations: [], actor: actor)
    }

    static func plan(
        changes: [Change] = [change], gate: [GateFinding] = [], problems: [ResourceProblem] = [],
        errors: [CompileDiagnostic] = []
    ) -> PlanReport {
        PlanReport(
            plan: Plan(cause: .drift, commit: commit.commit, changes: changes), hash: "sha256:abc", gate: gate,
            problems: problems, errors: errors)
    }
}
