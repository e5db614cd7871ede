import Model
import Store
import Synchronization

/// Controllers that answer with something recognisable and remember what they were asked.
final class ActionRecorder: Sendable {
    private struct State {
        var calls: [String] = []
        var audited: [AuditEntry] = []
        var isAuditBroken = false
        var summaryError: ControlError?
    }

    private let state = Mutex(State())

    /// What was asked, in order.
    var calls: [String] { state.withLock { $0.calls } }
    /// What was audited, in order.
    var audited: [AuditEntry] { state.withLock { $0.audited } }

    /// Lets every audit record fail.
    func breakAudit() { state.withLock { $0.isAuditBroken = true } }

    /// Lets the status screen fail.
    func fail(_ error: ControlError) { state.withLock { $0.summaryError = error } }

    private func note(_ call: String) { state.withLock { $0.calls.append(call) } }

    private static let commit = CommitDescription(commit: "c0ffee", author: "A", subject: "subject")
    private static let planReport = PlanReport(
        plan: Plan(cause: .change, commit: "c0ffee", changes: []), hash: "h", gate: [], problems: [])
    private static let historyEntry = HistoryEntry(
        generation: 3, commit: commit, state: "good", isInForce: true, resources: 1,
        createdTime: WallTime(seconds: 1), convergedTime: nil, message: nil)

    var actions: ControlActions {
        ControlActions(
            summary: {
                if let error = self.state.withLock({ $0.summaryError }) { throw error }
                return StatusSummary(
                    converged: true, commit: "c0ffee", generation: 3, paused: false, resources: ResourceCounts([:]),
                    runs: RunCounts(active: 0, waitingForApproval: 0), errors: [])
            },
            plan: { request in
                self.note("plan \(request.directory ?? "")")
                return Self.planReport
            },
            reconcile: { request, requester in
                self.note("reconcile \(request.planHash ?? "") \(requester.record)")
                return ReconcileReceipt(pass: 7)
            },
            passProgress: { pass in
                guard pass == 7 else { throw ControlError(.notFound, "there is no pass \(pass)") }
                return PassProgress(isOver: true, activity: "done", result: .succeeded)
            },
            rollback: { request, _ in
                self.note("rollback \(request.generation ?? -1)")
                return ReconcileReceipt(pass: 8)
            },
            history: { [Self.historyEntry] },
            facts: {
                var facts = HostFacts()
                facts.hostname = "edge-1"
                return facts
            },
            pause: { key, request, _ in self.note("pause \(key.kind.rawValue)/\(key.name) \(request.seconds ?? 0)") },
            resume: { key, _ in self.note("resume \(key.kind.rawValue)/\(key.name)") },
            decide: { name, request, _ in self.note("decide \(name) \(request.decision.rawValue)") },
            adopt: { request in
                AdoptReport(yaml: "adopted \(request.resources.joined(separator: " "))", problems: [])
            },
            diff: { DiffReport(resource: $0, change: nil, problem: nil) },
            why: { resource in
                WhyReport(
                    resource: resource, phase: nil, blueprint: "b",
                    position: SourcePosition(file: "b.yaml", line: 1, column: 1), commit: nil, lastDrift: nil, runs: [])
            },
            versions: { _ in [] },
            content: { _, _ in
                AsyncThrowingStream(bufferingPolicy: .bufferingOldest(64)) { continuation in
                    for index in 0..<50 { continuation.yield([UInt8](repeating: UInt8(index), count: 1000)) }
                    continuation.finish()
                }
            },
            runPlan: { _ in Self.planReport },
            runLog: { _ in
                let resource = ResourceID(type: .file, identity: "/a")
                return [RunLogEntry(index: 0, resource: resource, operation: "o", state: "done", message: nil)]
            },
            verifyAudit: { AuditReport(isIntact: true, records: 4, head: "h", problem: nil) },
            audit: { entry in
                try self.state.withLock { state in
                    if state.isAuditBroken { throw StoreError(.full, "no space is left") }
                    state.audited.append(entry)
                }
            })
    }
}
