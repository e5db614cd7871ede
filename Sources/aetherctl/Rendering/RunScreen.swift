import Model

/// A run with its plan and its steps, as data and for people.
struct RunDetails: Encodable {
    let run: JSONValue
    let plan: PlanReport
    let steps: [RunLogEntry]
}

/// A run for people.
struct RunScreen {
    private let run: Object<WorkflowRunKind>
    private let details: RunDetails
    private let style: Style
    private let now: WallTime
    private let isVerbose: Bool

    init(_ run: Object<WorkflowRunKind>, _ details: RunDetails, _ console: Console) {
        self.run = run
        self.details = details
        style = console.style
        now = console.now
        isVerbose = console.isVerbose
    }

    var text: String {
        let (spec, status) = (run.spec, run.status)
        var lines = [
            "\(style.bold(run.metadata.name.onOneLine)) \(style.state(status.phase?.rawValue ?? "Unknown"))",
            field("cause", spec.cause.rawValue), field("asked by", spec.requestedBy), field("commit", spec.commit),
            field("plan", spec.planHash),
        ]
        if let start = status.startTime { lines.append(field("started", Age.moment(start, now: now))) }
        if let end = status.completionTime { lines.append(field("settled", Age.moment(end, now: now))) }
        if let done = status.stepsDone, let total = status.stepsTotal {
            lines.append(field("steps", "\(done) of \(total)"))
        }
        if let message = status.message { lines.append(field("message", message)) }
        if !details.steps.isEmpty {
            let table = TextTable(
                ["STEP", "STATE", "RESOURCE", "OPERATION", "MESSAGE"],
                rows: details.steps.map {
                    [String($0.index), $0.state, $0.resource.description, $0.operation, $0.message ?? ""]
                })
            lines += ["", table.text(style: style)]
        }
        lines += ["", PlanScreen(details.plan, style, isVerbose: isVerbose).text]
        if status.phase == .waitingForApproval {
            lines += [
                "", "run 'aetherctl approve \(run.metadata.name)' or 'aetherctl deny \(run.metadata.name)'".onOneLine,
            ]
        }
        return lines.joined(separator: "\n")
    }

    private func field(_ name: String, _ value: String) -> String {
        style.dim("  " + name.padded(to: 10)) + value.onOneLine
    }
}
