import Model

/// The one screen of `status`.
struct StatusScreen {
    private let summary: StatusSummary
    private let style: Style
    private let now: WallTime

    init(_ summary: StatusSummary, _ style: Style, now: WallTime) {
        self.summary = summary
        self.style = style
        self.now = now
    }

    var text: String {
        var lines = [
            line("State", state), line("Source", source), line("In force", inForce), line("Fetched", fetched),
            line("Resources", resources), line("Runs", runs), line("Incidents", "\(summary.incidents.open) open"),
        ]
        if !summary.errors.isEmpty {
            lines.append(style.bold("Errors"))
            for error in summary.errors {
                lines.append(
                    "  \(error.object.onOneLine)  \(style.red(error.reason.onOneLine))  \(error.message.onOneLine)")
            }
        }
        if let hint { lines.append(style.dim(hint)) }
        return lines.joined(separator: "\n")
    }

    private func line(_ name: String, _ value: String) -> String { style.bold(name.padded(to: 11)) + value }

    private var state: String {
        let word = summary.converged ? style.green("converged") : style.yellow("not converged")
        return summary.paused ? word + ", " + style.yellow("paused") : word
    }

    private var source: String {
        guard let source = summary.source, let location = source.git ?? source.directory else {
            return "none; set source in /etc/aetheredge/aetheredge.yaml"
        }
        var parts: [String] = []
        if let ref = source.ref { parts.append("ref \(ref)") }
        if let path = source.path, path != "." { parts.append("path \(path)") }
        if let interval = source.intervalSeconds {
            parts.append("every \(DurationText.text(seconds: Int64(interval)))")
        }
        let kind = source.git == nil ? "directory " : "git "
        return (kind + location + (parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))")).onOneLine
    }

    private var inForce: String {
        guard let commit = summary.commit else { return "nothing yet" }
        return CommitText.short(commit) + (summary.generation.map { ", generation \($0)" } ?? "")
    }

    private var fetched: String {
        summary.fetched.map { CommitText.line($0, now: now) } ?? "nothing yet"
    }

    private var resources: String {
        let counts = summary.resources
        let parts = [
            (counts.inSync, "in sync", style.green), (counts.drifted, "drifted", style.yellow),
            (counts.pending, "pending", style.yellow), (counts.failed, "failed", style.red),
            (counts.ignored, "ignored", style.dim),
        ]
        let shown = parts.filter { $0.0 > 0 }.map { $0.2("\($0.0) \($0.1)") }
        return shown.isEmpty ? "\(counts.total)" : "\(counts.total): " + shown.joined(separator: ", ")
    }

    private var runs: String {
        let waiting = "\(summary.runs.waitingForApproval) waiting for approval"
        return "\(summary.runs.active) active, "
            + (summary.runs.waitingForApproval > 0 ? style.yellow(waiting) : waiting)
    }

    /// What to do next.
    private var hint: String? {
        if summary.runs.waitingForApproval > 0 { return "see 'aetherctl runs', then 'aetherctl approve RUN'" }
        if summary.paused { return "run 'aetherctl resume' to reconcile again" }
        if summary.converged || !summary.errors.isEmpty { return nil }
        if summary.runs.active > 0 { return "a run is under way: see 'aetherctl runs'" }
        // What waits for something else than a run is in no plan, as a unit whose start systemd has queued.
        guard summary.resources.pending > 0 else { return "see 'aetherctl plan'" }
        return "see 'aetherctl plan' and 'aetherctl get resources --field-selector status.phase=Pending -o yaml'"
    }
}
