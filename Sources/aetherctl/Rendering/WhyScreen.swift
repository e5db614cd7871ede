import Model

/// The chain behind a resource, newest first.
struct WhyScreen {
    private let report: WhyReport
    private let style: Style
    private let now: WallTime

    init(_ report: WhyReport, _ style: Style, now: WallTime) {
        self.report = report
        self.style = style
        self.now = now
    }

    var text: String {
        let position = report.position
        var lines = [
            style.bold(report.resource.description.onOneLine)
                + (report.phase.map { " is \(style.state($0.rawValue))" } ?? " is not managed any more"),
            field(
                report.phase == nil ? "was declared" : "declared by",
                "blueprint \(report.blueprint) at \(position.file):\(position.line):\(position.column)"),
        ]
        if let commit = report.commit { lines.append(field("in force", CommitText.line(commit, now: now))) }
        if let drift = report.lastDrift, !report.runs.contains(where: { $0.run == drift.run }) {
            lines += ["", style.bold("drift noticed") + " \(Age.moment(drift.time, now: now))"]
            lines.append(field("caused by", ActorText.text(drift.actor)))
            lines.append(field("repaired", repair(of: drift)))
        }
        for run in report.runs { lines += [""] + self.lines(of: run) }
        if report.runs.isEmpty { lines += ["", "no run has changed it: it was found in its declared state"] }
        return lines.joined(separator: "\n")
    }

    private func lines(of run: WhyRun) -> [String] {
        var lines = [
            "\(style.bold(run.run.onOneLine)) \(style.state(run.phase.rawValue)), cause \(run.cause.rawValue), "
                + Age.moment(run.time, now: now)
        ]
        if let drift = report.lastDrift, drift.run == run.run {
            lines.append(field("noticed", Age.moment(drift.time, now: now)))
        }
        if let actor = run.actor { lines.append(field("caused by", ActorText.text(actor))) }
        lines.append(field("change", ChangeText.summary(run.change)))
        if let diff = run.change.contentDiff { lines += DiffText.lines(diff, style: style, margin: "      ") }
        lines.append(field("plan", run.planHash))
        let findings = GateText.lines(run.gate, style: style)
        lines.append(style.dim("  " + "gate".padded(to: 13)) + (findings.first ?? "allowed"))
        for finding in findings.dropFirst() { lines.append(String(repeating: " ", count: 15) + finding) }
        if let approver = run.approvedBy { lines.append(field("approved by", approver)) }
        lines.append(field("asked by", run.requestedBy))
        lines.append(field("commit", CommitText.line(run.commit, now: now)))
        return lines
    }

    private func repair(of drift: DriftRecord) -> String {
        guard let time = drift.repairedTime else { return "not yet" }
        return (drift.run.map { "by \($0) " } ?? "") + Age.moment(time, now: now)
    }

    private func field(_ name: String, _ value: String) -> String {
        style.dim("  " + name.padded(to: 13)) + value.onOneLine
    }
}
