import Model
import Store

/// What must be observed of the changes of a run that was stopped between two batches.
///
/// Pure.
struct StoppedRun {
    /// The digests that a resource may have: after a change that is made, before one that has not begun.
    private(set) var expected: [ResourceID: Set<ContentDigest>] = [:]
    /// File steps that no digest covers, as of a change that is half made: the last at each path.
    private(set) var visible: [StepRecord] = []

    init(_ plan: Plan, _ layout: RunLayout, _ ledger: RunLedger) {
        var begun: Set<Int> = []
        var unfinished: Set<Int> = []
        for step in layout.steps {
            if ledger.records[step.index] == nil { unfinished.insert(step.change) } else { begun.insert(step.change) }
        }
        var last: [String: StepRecord] = [:]
        for record in ledger.records.all {
            if let path = record.operation.path { last[path] = record }
        }
        let touched = Set(last.keys.flatMap { [$0] + ExecutorPath.ancestors(of: $0) })
        for (position, change) in plan.changes.enumerated() {
            if !begun.contains(position) {
                expected[change.resource] = Self.beforehand(change, touchedAtOrBelow: touched)
            } else if !unfinished.contains(position), ledger.declared[change.resource] != nil {
                expected[change.resource] = [change.after]
            }
        }
        let covered = Set(expected.keys)
        visible = last.values.filter { !covered.contains($0.resource) }.sorted { $0.index < $1.index }
    }

    /// What may be observed of a change that has not begun; nil where the run itself may have changed that.
    private static func beforehand(
        _ change: Change, touchedAtOrBelow touched: Set<String>
    ) -> Set<ContentDigest>? {
        guard change.resource.type.isPath else {
            // Another unit of the run may have started or stopped this one.
            return [change.before, change.after]
        }
        return touched.contains(change.resource.identity) ? nil : [change.before]
    }
}

extension RunLedger {
    /// Whether every step that may have had an effect is done, and they are all of some batches and none of the others.
    func isBetweenBatches(_ layout: RunLayout) -> Bool {
        guard !records.isEmpty, records.all.allSatisfy({ $0.state == .done }) else { return false }
        let complete = layout.batches.prefix { batch in batch.steps.allSatisfy { records[$0] != nil } }
        return complete.reduce(0) { $0 + $1.steps.count } == records.count && complete.count < layout.batches.count
    }
}
