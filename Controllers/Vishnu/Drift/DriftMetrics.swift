import Metrics
import Model

/// What is counted of drifts that were repaired.
struct DriftMetrics: Sendable {
    private let repairTime = Recorder(label: "aetheredge_drift_repair_seconds")

    /// Counts the repairs of a run that are recorded now, by how their authors are known.
    func note(_ plan: Plan, hints: [ResourceID: HintBuffer.Hint], at now: WallTime) {
        guard plan.cause == .drift else { return }
        for change in plan.changes {
            let hint = hints[change.resource]
            let attribution = hint?.actor.attribution ?? "unknown"
            Counter(label: "aetheredge_drifts_repaired_total", dimensions: [("attribution", attribution)]).increment()
            // How long somebody is asked or waited for is no time of a repair; the clock may have been set meanwhile.
            guard let hint, !hint.wasHeld, now >= hint.time else { continue }
            repairTime.record(Double(now.nanoseconds - hint.time.nanoseconds) / 1e9)
        }
    }
}
