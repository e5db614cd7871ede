import Model

/// A plan with its diffs, what the gate says of it, and its hash.
struct PlanScreen {
    private let report: PlanReport
    private let style: Style
    private let isVerbose: Bool

    init(_ report: PlanReport, _ style: Style, isVerbose: Bool) {
        self.report = report
        self.style = style
        self.isVerbose = isVerbose
    }

    /// The text; nothing where a directory did not compile, as its errors are told apart.
    var text: String {
        guard report.errors.isEmpty else { return "" }
        var lines: [String] = []
        for change in report.plan.changes {
            lines += ChangeText.lines(change, style: style, isVerbose: isVerbose)
            lines.append("")
        }
        lines += section("Gate", GateText.lines(report.gate, style: style))
        lines += section("Not planned", ProblemText.lines(report.problems, style: style))
        lines.append(summary)
        if !report.plan.isEmpty {
            lines.append("plan hash: \(report.hash.onOneLine)")
        }
        return lines.joined(separator: "\n")
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : [style.bold(title)] + lines.map { "  " + $0 } + [""]
    }

    private var summary: String {
        let plan = report.plan
        let target = "towards \(CommitText.short(plan.commit))"
        guard !plan.isEmpty else { return "no changes, \(target)" }
        var counts: [ChangeAction: Int] = [:]
        for change in plan.changes { counts[change.action, default: 0] += 1 }
        let parts = ChangeAction.allCases.compactMap { action in counts[action].map { "\($0) to \(action.rawValue)" } }
        return "\(plan.changes.count) change\(plan.changes.count == 1 ? "" : "s") (\(parts.joined(separator: ", "))), "
            + "cause \(plan.cause.rawValue), risk \(style.state(plan.risk.rawValue)), \(target)"
    }
}

/// What the gate says, a line for each finding.
enum GateText {
    static func lines(_ findings: [GateFinding], style: Style) -> [String] {
        findings.map { finding in
            let effect =
                switch finding.effect {
                case .deny: style.red("deny")
                case .warn: style.yellow("warn")
                case .requireApproval: style.yellow("approval required")
                }
            return effect + "  " + (finding.resource.map { "\($0): " } ?? "").onOneLine + finding.message.onOneLine
        }
    }
}

/// What could not be observed or planned, a line for each resource.
enum ProblemText {
    static func lines(_ problems: [ResourceProblem], style: Style) -> [String] {
        problems.map { problem in
            "\(problem.resource.description.onOneLine)  \(style.red(problem.reason.rawValue.onOneLine))  "
                + problem.message.onOneLine
        }
    }
}
