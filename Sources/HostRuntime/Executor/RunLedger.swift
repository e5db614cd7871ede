import LinuxIO
import Model
import Store

/// What the executor knows of a run that it carries out, beyond the plan.
struct RunLedger: Sendable {
    /// Steps whose intents are, or may be, in the journal.
    var records = StepRecords()
    /// How many of them are done.
    var stepsDone = 0
    /// Steps of the batch that is being prepared, whose temporaries may exist without an intent.
    var preparing = 0..<0
    /// These steps, once all of them are prepared.
    var prepared: [StepRecord] = []
    /// Steps whose old file had just been written when it was kept, so that only its bytes tell whether it changed
    /// since.
    var young: Set<Int> = []
    /// Bytes that the batch which is being prepared replaces or removes.
    var versions: [RetainedVersion] = []
    /// Those of these bytes that wait for the transaction of the intents.
    var staged: [StagedContent] = []
    /// Steps of the batch in hand that displaced directories.
    var trees: Set<Int> = []
    /// Whether the run itself is in the journal, or a write that is awaited puts it there.
    var isRecorded = true
    /// Writes that were begun before the run, on which its intents rest.
    var awaited: [PendingCall<StoreError>] = []
    /// The sync of the names of a large batch that displaced nothing, while its results are recorded.
    var nameSync: PendingCall<StepStop>?
    /// The sync of the temporaries of a large batch, from when they are written until the intents are.
    var contentSync: PendingCall<StepStop>?
    /// Files of the batch in hand that it wrote itself.
    var written: [ResourceID: WrittenFile] = [:]
    /// Writers that came in between.
    var concurrentWrites: [ConcurrentWrite] = []
    /// The declarations that the run leads to; a resource that leaves the host has none.
    var declared: [ResourceID: DeclaredResource]
    /// When drifts were noticed that an event told of; others count from the making of the run.
    var noticed: [ResourceID: WallTime] = [:]

    /// Why no process is named for a drift that has no actor.
    static var withoutEvent: String {
        "it was found by a pass over everything, without an event that named a process"
    }

    /// Resources of the batch that is being prepared which were planned to be made where nothing is, and where nothing
    /// was found.
    func foundAbsent(in run: RunRecord) -> Set<ResourceID> {
        var found: Set<ResourceID> = []
        for record in prepared where record.makesName {
            if case .absent = record.undo.before { found.insert(record.resource) }
        }
        if found.isEmpty { return found }
        for position in run.plan.changes.indices
        where run.plan.changes[position].before != Observation.digestOfAbsence {
            found.remove(run.plan.changes[position].resource)
        }
        return found
    }
}

extension StepRecord {
    /// Whether the step gives the resource's own path to what it made.
    fileprivate var makesName: Bool {
        switch operation {
        case .writeFile(let path, _, _), .makeSymlink(let path, _, _), .makeDirectory(let path, _):
            path == resource.identity
        case .setMetadata, .remove, .unit, .reloadUnitFiles: false
        }
    }
}
