internal import LinuxIO
public import Model

/// What one pass over a `SyncTable` found.
public struct ObservationPass: Sendable {
    /// The wall clock before the pass.
    public let time: WallTime
    /// The context that was observed with, names brought up to date: plan with it, and give it to the next pass.
    public let context: ObservationContext
    /// The resources that may differ, in the order of the table; all others are as they were when they were last in
    /// sync.
    public let candidates: [DeclaredResource]
    /// What was observed of the candidates.
    public let observations: [ResourceID: Result<Observation, HostError>]
    private let statuses: [ResourceID: FileStatus?]
    private let table: SyncTable

    init(
        time: WallTime, context: ObservationContext, candidates: [DeclaredResource],
        statuses: [ResourceID: FileStatus?],
        observations: [ResourceID: Result<Observation, HostError>], table: SyncTable
    ) {
        self.time = time
        self.context = context
        self.candidates = candidates
        self.statuses = statuses
        self.observations = observations
        self.table = table
    }

    /// Records in the table which candidates are in sync, as the plan made from the observations says.
    public func record(inSync: [ResourceID]) {
        for id in inSync {
            guard let status = statuses[id], id.type != .directory || !context.sparing.contains(id.identity) else {
                continue
            }
            table.record(id, inSyncAs: status, at: time)
        }
    }
}
