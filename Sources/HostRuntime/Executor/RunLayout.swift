import Model

/// The steps of a run in the order of their execution, as batches.
///
/// Pure and deterministic: the same plan always gives the same steps with the same indices, so that recovery derives
/// the same temporary names.
///
/// A batch is what is committed at once. Changes of one layer of the graph share batches; within a change the order of
/// its operations holds: its file operations form a batch, the unit operations after them the next, and so on.
struct RunLayout: Sendable, Equatable {
    /// One operation of one change.
    struct Step: Sendable, Equatable {
        /// The position in the run.
        var index: Int
        /// The position of the change in the plan.
        var change: Int
        /// The resource.
        var resource: ResourceID
        /// What is done.
        var operation: Operation
    }

    /// What is committed at once.
    struct Batch: Sendable, Equatable {
        /// Whether all steps work on files; otherwise all work on units.
        var isFiles: Bool
        /// The steps, by index.
        var steps: Range<Int>
        /// Parts of `steps` that follow each other; the steps of one wave are independent, except those of one unit.
        var waves: [Range<Int>]
        /// Resources that are compared with the plan again before the batch (I5).
        var compared: [ResourceID]
        /// Changes whose last step is in the batch, by position in the plan.
        var completed: [Int]
    }

    /// The steps in the order of execution.
    private(set) var steps: [Step] = []
    /// The batches in the order of execution.
    private(set) var batches: [Batch] = []
    /// The steps of each change, by its position in the plan.
    private(set) var stepsOfChange: [[Int]] = []

    /// Lays out a plan.
    init(_ plan: Plan) {
        var builder = LayoutBuilder()
        for (position, change) in plan.changes.enumerated() { builder.add(change, at: position) }
        var isFirst = true
        for (slot, waves) in builder.slots {
            var batch = Batch(
                isFiles: slot.isFiles, steps: steps.count..<steps.count, waves: [],
                compared: isFirst ? plan.changes.map(\.resource) : builder.compared[slot] ?? [],
                completed: builder.completed[slot] ?? [])
            isFirst = false
            for wave in waves { append(wave, to: &batch) }
            batch.steps = batch.steps.lowerBound..<steps.count
            batches.append(batch)
        }
        stepsOfChange = Array(repeating: [], count: plan.changes.count)
        for step in steps { stepsOfChange[step.change].append(step.index) }
    }

    private mutating func append(_ wave: [LayoutBuilder.Placed], to batch: inout Batch) {
        let first = steps.count
        for placed in wave {
            steps.append(
                Step(index: steps.count, change: placed.change, resource: placed.resource, operation: placed.operation))
        }
        batch.waves.append(first..<steps.count)
    }
}
