import Model

/// Decides what a run does next.
///
/// Pure: events go in, one action comes out, and the executor performs it.
struct RunMachine: Sendable {
    /// What the executor performs; each action is answered by one event.
    enum Action: Sendable, Equatable {
        /// Write that the run began.
        case begin
        /// Keep the old state of a batch and write its temporaries; nothing that others see changes.
        case prepare(batch: Int)
        /// Observe resources again and compare with what was planned for (I5).
        case compare([ResourceID])
        /// Write the intents and undo records of a batch, synced (I2).
        case commit(batch: Int)
        /// Let the steps of a batch take effect.
        case apply(batch: Int)
        /// Observe the changes that a batch completes, and probe them.
        case verify(batch: Int)
        /// Keep what others wrote meanwhile and record the results: what follows changes nothing that others see.
        case record(batch: Int)
        /// Discard what was displaced and sync the directories.
        case clear(batch: Int)
        /// Undo every committed step and discard every temporary; with `isRecorded`, write first that the run rolls
        /// back.
        case undo(RunFailure, isRecorded: Bool)
        /// Write the last phase.
        case settle(RunPhase, message: String?)
        /// Return.
        case finish(RunOutcome)
    }

    /// What became of an action.
    enum Event: Sendable, Equatable {
        case done
        case compared(changed: [ResourceID])
        case failed(RunFailure)
        case undone([UndoFailure])
    }

    /// Where the run is.
    ///
    /// Every state of a batch can also transition to `undoing`.
    enum State: Sendable, Equatable {
        /// Can transition to `beginning`, or to `finished` when a shutdown was asked for before.
        case idle
        /// Can transition to `preparing`, to `settling` when there is no batch, to `undoing`.
        case beginning
        /// Can transition to `comparing`.
        case preparing(Int)
        /// The comparison also tells whether a failure to prepare is one, or the host is another than planned for.
        ///
        /// Can transition to `committing`.
        case comparing(Int, RunFailure?)
        /// Can transition to `applying`.
        case committing(Int)
        /// Can transition to `verifying`.
        case applying(Int)
        /// Can transition to `recording`.
        case verifying(Int)
        /// Can transition to `clearing`.
        case recording(Int)
        /// Can transition to `preparing` the next batch, to `settling`, or to `finished` when a shutdown was asked for.
        case clearing(Int)
        /// Can transition to `settling`.
        case undoing(RunFailure, changed: [ResourceID])
        /// Can transition to `finished`.
        case settling(RunOutcome)
        /// Answers nothing any more.
        case finished
    }

    private(set) var state: State = .idle
    private let batches: [RunLayout.Batch]
    private let firstBatch: Int
    /// Whether an intent of this run may be in the journal, so that there may be something to undo.
    private(set) var hasIntents: Bool

    /// Makes the machine of a run whose batches before `firstBatch` are complete.
    init(batches: [RunLayout.Batch], firstBatch: Int = 0) {
        self.batches = batches
        self.firstBatch = firstBatch
        hasIntents = firstBatch > 0
    }

    /// The first action.
    mutating func start(_ request: RunControl.Request) -> Action {
        precondition(state == .idle, "a run was started twice")
        if request == .interrupt { return finish(.interrupted) }
        state = .beginning
        return .begin
    }

    /// The action that follows an event.
    ///
    /// `request` is looked at between batches only.
    mutating func handle(_ event: Event, _ request: RunControl.Request) -> Action {
        switch (state, event) {
        case (.beginning, .done):
            return next(firstBatch, request)
        case (.preparing(let batch), .done):
            return compare(batch, after: nil)
        case (.preparing(let batch), .failed(let failure)):
            return compare(batch, after: failure)
        case (.comparing(let batch, nil), .compared(changed: [])):
            state = .committing(batch)
            hasIntents = true
            return .commit(batch: batch)
        case (.comparing(_, let failure?), .compared(changed: [])):
            return undo(failure)
        case (.comparing, .compared(let changed)):
            return undo(Self.changed(changed), changed)
        case (.committing(let batch), .done):
            state = .applying(batch)
            return .apply(batch: batch)
        case (.applying(let batch), .done):
            state = .verifying(batch)
            return .verify(batch: batch)
        case (.verifying(let batch), .done):
            state = .recording(batch)
            return .record(batch: batch)
        case (.recording(let batch), .done):
            state = .clearing(batch)
            return .clear(batch: batch)
        case (.clearing(let batch), .done):
            return next(batch + 1, request)
        case (.undoing(let failure, let changed), .undone(let left)):
            return settle(failure, changed, left)
        case (.undoing(let failure, _), .failed):
            return finish(.failed(failure, notUndone: []))
        case (.settling(let outcome), .done):
            return finish(outcome)
        case (.settling(let outcome), .failed(let failure)):
            return finish(Self.unsettled(outcome, failure))
        case (.beginning, .failed(let failure)), (.comparing, .failed(let failure)),
            (.committing, .failed(let failure)), (.applying, .failed(let failure)),
            (.verifying, .failed(let failure)), (.recording, .failed(let failure)), (.clearing, .failed(let failure)):
            return undo(failure, failure.reason == .changed ? failure.resource.map { [$0] } ?? [] : [])
        case (.idle, _), (.beginning, _), (.preparing, _), (.comparing, _), (.committing, _), (.applying, _),
            (.verifying, _), (.recording, _), (.clearing, _), (.undoing, _), (.settling, _), (.finished, _):
            preconditionFailure("a run cannot answer \(event) in \(state)")
        }
    }

    private mutating func next(_ batch: Int, _ request: RunControl.Request) -> Action {
        switch request {
        case .stop(let reason): return undo(RunFailure(.stopped, reason))
        case .interrupt where batch < batches.count: return finish(.interrupted)
        case .interrupt, .proceed: break
        }
        guard batch < batches.count else {
            state = .settling(.succeeded(concurrentWrites: []))
            return .settle(.succeeded, message: nil)
        }
        state = .preparing(batch)
        return .prepare(batch: batch)
    }

    private mutating func compare(_ batch: Int, after failure: RunFailure?) -> Action {
        state = .comparing(batch, failure)
        return .compare(batches[batch].compared)
    }

    private mutating func undo(_ failure: RunFailure, _ changed: [ResourceID] = []) -> Action {
        state = .undoing(failure, changed: changed)
        return .undo(failure, isRecorded: hasIntents)
    }

    private mutating func settle(
        _ failure: RunFailure, _ changed: [ResourceID], _ left: [UndoFailure]
    ) -> Action {
        guard left.isEmpty else {
            state = .settling(.failed(failure, notUndone: left))
            return .settle(.failed, message: failure.describing(left))
        }
        if !changed.isEmpty {
            state = .settling(.replan(changed: changed))
            return .settle(hasIntents ? .rolledBack : .superseded, message: failure.message)
        }
        state = .settling(.rolledBack(failure))
        return .settle(.rolledBack, message: failure.message)
    }

    private mutating func finish(_ outcome: RunOutcome) -> Action {
        state = .finished
        return .finish(outcome)
    }

    /// A run whose last phase could not be written stays unsettled in the journal, and recovery settles it.
    private static func unsettled(_ outcome: RunOutcome, _ failure: RunFailure) -> RunOutcome {
        switch outcome {
        case .succeeded, .replan, .interrupted: .failed(failure, notUndone: [])
        case .rolledBack(let cause): .failed(cause, notUndone: [])
        case .failed: outcome
        }
    }

    private static func changed(_ resources: [ResourceID]) -> RunFailure {
        let names = resources.prefix(3).map(\.description).joined(separator: ", ")
        let more = resources.count > 3 ? " and \(resources.count - 3) more" : ""
        return RunFailure(
            .changed, resource: resources.first,
            "what was planned for \(names)\(more) changed before it was applied; it is planned again")
    }
}
