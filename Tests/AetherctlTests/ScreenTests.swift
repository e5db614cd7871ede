import Model
import Testing

@testable import aetherctl

@Suite struct ScreenTests {
    private func summary(_ counts: [ResourcePhase: Int] = [.inSync: 218, .drifted: 2]) -> StatusSummary {
        var source = SourceKind.Spec()
        source.git = "https://git.example.org/site.git"
        source.ref = "main"
        source.path = "."
        source.intervalSeconds = 60
        return StatusSummary(
            converged: false, commit: Samples.commit.commit, generation: 12, paused: true,
            resources: ResourceCounts(counts), runs: RunCounts(active: 1, waitingForApproval: 0),
            errors: [
                ObjectError(object: "Source/default", reason: "BuildFailed", message: "a.yaml:1:1: no\n\u{1B}[31m")
            ],
            source: source, fetched: Samples.commit)
    }

    @Test func `the status is one screen that tells what an operator asks first`() {
        #expect(
            StatusScreen(summary(), .plain, now: Samples.now).text == """
                State      not converged, paused
                Source     git https://git.example.org/site.git (ref main, every 1m)
                In force   3f2a1b9c3f2a, generation 12
                Fetched    3f2a1b9c3f2a "motd: greet" by Ann <ann@example.org>, 120m ago
                Resources  220: 218 in sync, 2 drifted
                Runs       1 active, 0 waiting for approval
                Incidents  0 open
                Errors
                  Source/default  BuildFailed  a.yaml:1:1: no\\n\\u{1B}[31m
                run 'aetherctl resume' to reconcile again
                """)
    }

    @Test func `the status says where to look for what is not done yet`() {
        var waiting = summary()
        waiting.paused = false
        waiting.errors = []
        func hint() -> Substring {
            StatusScreen(waiting, .plain, now: Samples.now).text.split(separator: "\n").last ?? ""
        }
        #expect(hint() == "a run is under way: see 'aetherctl runs'")
        waiting.runs.active = 0
        #expect(hint() == "see 'aetherctl plan'")
        waiting.resources.pending = 1
        #expect(hint().contains("status.phase=Pending"))
    }

    @Test func `the status as JSON is the summary as it is`() throws {
        let buffer = OutputBuffer()
        let console = buffer.console()
        try console.show(summary(), as: .json) { "" }
        let json = try JSONValue(parsing: buffer.output)
        #expect(try json.decode(StatusSummary.self, field: "") == summary())
        #expect(
            json["converged"] == false && json["resources"]?["inSync"] == 218 && json["errors"]?.arrayValue?.count == 1)
        #expect(buffer.output.hasSuffix("}\n"))
    }

    @Test func `a plan shows changes with diffs, the gate, what cannot be planned, and its hash`() {
        let report = Samples.plan(
            gate: [GateFinding(effect: .requireApproval, resource: Samples.motd, message: "the blueprint proposes")],
            problems: [Samples.problem])
        #expect(
            PlanScreen(report, .plain, isVerbose: false).text == """
                ~ file:/etc/motd  update  risk medium  undo exact
                    mode: 0666 -> 0644
                    caused by: vim pid 42 /usr/bin/vim uid 1000 unit session-3.scope session 3 (observed)
                    --- observed
                    +++ declared
                    @@ -1 +1 @@
                    -spoiled\\u{1B}[2J
                    +hello

                Gate
                  approval required  file:/etc/motd: the blueprint proposes

                Not planned
                  file:/etc/motd  ReadOnly  the directory is mounted read-only

                1 change (1 to update), cause drift, risk medium, towards 3f2a1b9c3f2a
                plan hash: sha256:abc
                """)
    }

    @Test func `an empty plan says so and gives no hash`() {
        #expect(
            PlanScreen(Samples.plan(changes: []), .plain, isVerbose: false).text == "no changes, towards 3f2a1b9c3f2a")
    }

    @Test func `the lines of a diff have the colours that people know`() {
        let lines = DiffText.lines("--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n z\n", style: Style(isColored: true), margin: "")
        #expect(
            lines == [
                "\u{1B}[1m--- a\u{1B}[0m", "\u{1B}[1m+++ b\u{1B}[0m", "\u{1B}[36m@@ -1 +1 @@\u{1B}[0m",
                "\u{1B}[31m-x\u{1B}[0m", "\u{1B}[32m+y\u{1B}[0m", " z",
            ])
    }

    @Test func `why tells the whole chain, newest first`() {
        let run = WhyRun(
            run: "run-7", cause: .drift, phase: .succeeded, time: Samples.now.adding(seconds: -60),
            commit: Samples.commit,
            planHash: "sha256:abc", gate: [], approvedBy: "1000:ann", requestedBy: "controller", change: Samples.change,
            actor: Samples.actor)
        let report = WhyReport(
            resource: Samples.motd, phase: .drifted, blueprint: "web",
            position: SourcePosition(file: "web.yaml", line: 12, column: 7), commit: Samples.commit,
            lastDrift: DriftRecord(time: Samples.now.adding(seconds: -5), actor: DriftActor(unknown: "no fanotify")),
            runs: [run])
        let text = WhyScreen(report, .plain, now: Samples.now).text
        #expect(
            text == """
                file:/etc/motd is Drifted
                  declared by  blueprint web at web.yaml:12:7
                  in force     3f2a1b9c3f2a "motd: greet" by Ann <ann@example.org>, 120m ago

                drift noticed 2027-01-15T07:59:55Z (5s ago)
                  caused by    unknown: no fanotify
                  repaired     not yet

                run-7 Succeeded, cause drift, 2027-01-15T07:59:00Z (60s ago)
                  caused by    vim pid 42 /usr/bin/vim uid 1000 unit session-3.scope session 3 (observed)
                  change       update: mode 0666 -> 0644
                      --- observed
                      +++ declared
                      @@ -1 +1 @@
                      -spoiled\\u{1B}[2J
                      +hello
                  plan         sha256:abc
                  gate         allowed
                  approved by  1000:ann
                  asked by     controller
                  commit       3f2a1b9c3f2a "motd: greet" by Ann <ann@example.org>, 120m ago
                """)
    }

    @Test func `a pass tells how it ended and what to do`() {
        let progress = PassProgress(
            isOver: true, activity: "", run: "run-7", stepsDone: 3, stepsTotal: 3, message: "because")
        #expect(PassText.sentence(progress, .succeeded) == "run-7 succeeded, 3 of 3 steps: because")
        #expect(
            PassText.sentence(progress, .waitingForApproval)
                == "run-7 waits for approval: because; see 'aetherctl runs show run-7', then 'aetherctl approve run-7'")
        #expect(
            PassText.sentence(progress, .rolledBack)
                == "run-7 was rolled back: because; see 'aetherctl runs show run-7'")
        let alone = PassProgress(isOver: true, activity: "", message: "it is paused; run 'aetherctl resume'")
        #expect(
            PassText.sentence(alone, .paused) == "paused, nothing was changed: it is paused; run 'aetherctl resume'")
        let bare = PassProgress(isOver: true, activity: "")
        #expect(
            PassText.sentence(bare, .waitingForApproval)
                == "a run waits for approval; see 'aetherctl runs', then 'aetherctl approve RUN'")
        #expect(PassText.sentence(bare, .succeeded) == "succeeded" && PassText.activity(bare).isEmpty)
    }

    @Test func `ages are short and moments carry both`() {
        #expect(Age.text(Samples.now.adding(seconds: -300), now: Samples.now) == "5m")
        #expect(Age.text(Samples.now.adding(seconds: -3 * 3600 - 1), now: Samples.now) == "3h")
        #expect(Age.text(nil, now: Samples.now).isEmpty)
        #expect(Age.moment(Samples.now.adding(seconds: 3600), now: Samples.now).hasSuffix("(in 60m)"))
    }
}
