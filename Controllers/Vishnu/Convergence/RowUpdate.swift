import HostRuntime
import Model
import Store

/// What a pass or run learnt of one resource, to be written to its row.
struct RowUpdate: Sendable, Hashable {
    /// The phase.
    var phase: ResourcePhase
    /// Why it is in the phase; nil clears it.
    var reason: Reason?
    /// A sentence for the reason.
    var message: String?
    /// The declaration, when it may have changed.
    var declared: DeclaredResource?
    /// A drift that was noticed or repaired.
    var drift: DriftRecord?
    /// The run that changed the resource.
    var run: String?

    /// Makes an update.
    init(
        phase: ResourcePhase, reason: Reason? = nil, message: String? = nil, declared: DeclaredResource? = nil,
        drift: DriftRecord? = nil, run: String? = nil
    ) {
        self.phase = phase
        self.reason = reason
        self.message = message
        self.declared = declared
        self.drift = drift
        self.run = run
    }

    /// A unit that waits for its start.
    init(_ transition: UnitTransition, declared: DeclaredResource? = nil) {
        let message =
            switch transition {
            case .starting: "systemd has queued its start already; it is looked at again when the job ends"
            case .shuttingDown: "the machine shuts down"
            }
        self.init(phase: .pending, reason: .starting, message: message, declared: declared)
    }

    /// Applies the update to a row; nil when there is no row and nothing declares one.
    func applied(to row: ResourceRow?, id: ResourceID, at time: WallTime) -> ResourceRow? {
        var next: ResourceRow
        if let row {
            next = row
        } else {
            guard let declared else { return nil }
            next = ResourceRow(id: id, declared: declared, status: ResourceKind.Status(), createdTime: time)
        }
        if let declared {
            next.declared = declared
            if phase == .inSync { next.forgetFilesLeft() }
        }
        if next.status.phase != phase { next.status.lastTransitionTime = time }
        next.status.phase = phase
        next.status.message = message
        if let drift { next.status.lastDrift = drift }
        if let run { next.status.lastRun = run }
        next.status.conditions = conditions(from: next.status.conditions ?? [], at: time)
        return next
    }

    private func conditions(from before: [Condition], at time: WallTime) -> [Condition] {
        var conditions = before
        let reason = reason ?? .converged
        let text = message ?? ""
        let isReady: ConditionStatus = phase == .inSync ? .true : .false
        conditions.set(
            Condition(type: .ready, status: isReady, reason: reason, message: text, lastTransitionTime: time))
        let isReconciling: ConditionStatus = phase == .pending ? .true : .false
        conditions.set(
            Condition(
                type: .reconciling, status: isReconciling, reason: reason, message: text, lastTransitionTime: time))
        let isStalled: ConditionStatus = phase == .failed ? .true : .false
        conditions.set(
            Condition(type: .stalled, status: isStalled, reason: reason, message: text, lastTransitionTime: time))
        return conditions
    }
}

extension ResourceRow {
    /// Forgets what was there before files that the unit no longer declares: they are gone, or stay as they are.
    fileprivate mutating func forgetFilesLeft() {
        guard case .unit(let unit) = declared.attributes, case .unit(var before)? = beforeAdoption else { return }
        let names = unit.fileNames(of: id.identity)
        before.files = before.files?.filter { names.contains($0.name) }
        if before.files?.isEmpty == true { before.files = nil }
        beforeAdoption = before.files == nil && before.activeState.isEmpty ? nil : .unit(before)
    }
}
