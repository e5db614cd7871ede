/// How far a run came.
public enum RunExecution<Host: HostMutating>: Sendable {
    /// It is over.
    case ended(RunOutcome)
    /// Every change is made, verified and recorded; `Executor.end` does what is left.
    case recorded(RunEnding<Host>)
}

/// What is left of a run when its results are recorded: discarding what was displaced, syncing the names, and settling
/// the run.
public struct RunEnding<Host: HostMutating>: Sendable {
    let hand: StepHand<Host>
    var turn: Turn
}

/// What moves between the caller of a run and the threads that block.
struct Turn: Sendable {
    var machine: RunMachine
    var ledger: RunLedger
    var action: RunMachine.Action
}
