import LinuxIO
import Model
import Store

/// Going on with a run that was stopped between two batches, by a shutdown or by chance.
///
/// Nothing of it is assumed: what the run did must be observed as it left it, and what it has not come to as it was
/// planned for (I5). Else the run is undone and planned again.
extension Executor {
    /// The resources that are no longer as the run left them or as it was planned for; nil when the host stopped.
    func changedSinceStop(_ run: RunRecord, _ hand: StepHand<Host>, _ ledger: RunLedger) async -> [ResourceID]? {
        let stopped = StoppedRun(run.plan, hand.layout, ledger)
        let observed = await observe(stopped.expected.keys.sorted(), ledger.declared, [:])
        var changed: Set<ResourceID> = []
        for (id, digests) in stopped.expected {
            switch observed[id] {
            case .success(let digest)? where digests.contains(digest): continue
            case .failure(let error)? where error.code == .stopped: return nil
            case .success?, .failure?, nil: changed.insert(id)
            }
        }
        let visible = stopped.visible
        do {
            changed.formUnion(
                try await worker.run { try visible.filter { try !hand.holds($0) }.map(\.resource) })
        } catch StepStop.failure(let failure) {
            // What cannot be looked at is not known to hold.
            changed.formUnion(failure.resource.map { [$0] } ?? visible.map(\.resource))
        } catch {
            return nil
        }
        return changed.sorted()
    }

    /// Undoes a run that cannot go on, so that it is planned again.
    func replan(_ run: RunRecord, changed: [ResourceID]) async -> RunOutcome {
        let names = changed.prefix(3).map(\.description).joined(separator: ", ")
        let more = changed.count > 3 ? " and \(changed.count - 3) more" : ""
        let failure = RunFailure(
            .changed, resource: changed.first,
            "\(names)\(more) changed while the run was stopped; it was undone and is planned again")
        let outcome = await undo(run, failure, leftovers: false)
        if case .rolledBack = outcome { return .replan(changed: changed) }
        return outcome
    }
}

extension StepHand {
    /// Whether a path holds what a step put there.
    func holds(_ record: StepRecord) throws(StepStop) -> Bool {
        guard let path = record.operation.path else { return true }
        return try attempt(record.resource) { () throws(HostError) in try holds(record.operation, at: path) }
    }

    private func holds(_ operation: Operation, at path: String) throws(HostError) -> Bool {
        guard let status = try host.status(of: path) else {
            if case .remove = operation { return true }
            return false
        }
        switch operation {
        case .writeFile(_, let content, let metadata):
            guard status.type == .regular, status.size == content.size, metadata.holds(in: status) else { return false }
            return try host.digest(of: path).0 == content.digest
        case .makeSymlink(_, let target, _):
            guard status.type == .symbolicLink else { return false }
            return try host.linkTarget(of: path) == target
        case .makeDirectory(_, let metadata):
            return status.type == .directory && metadata.holds(in: status)
        case .setMetadata(_, let metadata):
            return metadata.holds(in: status)
        case .remove:
            return false
        case .unit, .reloadUnitFiles:
            return true
        }
    }
}

extension FileMetadata {
    /// Whether a status has the owner, group and mode that are given.
    fileprivate func holds(in status: FileStatus) -> Bool {
        let found = FileMetadata(status)
        return (owner == nil || owner == found.owner) && (group == nil || group == found.group)
            && (mode == nil || mode == found.mode)
    }
}
