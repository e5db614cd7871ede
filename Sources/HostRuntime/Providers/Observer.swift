internal import LinuxIO
public import Model

/// Observes resources on observation threads, spread over all of them and batched by directory.
public struct Observer<Host: HostReading>: Sendable {
    private let host: Host
    private let worker: any BlockingWorker
    /// Digests that are kept between passes.
    public let cache: HashCache

    /// Makes an observer; `worker` has threads of its own, as a pass may take all of them for a while.
    public init(host: Host, worker: any BlockingWorker, cache: HashCache = HashCache()) {
        self.host = host
        self.worker = worker
        self.cache = cache
    }

    /// Resolves what observing everything in force takes; see `ObservationContext`.
    public func context(
        for declared: [DeclaredResource], withheld: [WithheldResource] = []
    ) async throws -> ObservationContext {
        let (host, cache) = (host, cache)
        return try await worker.run {
            ObservationContext(declared: declared, withheld: withheld, on: host, cache: cache)
        }
    }

    /// Observes resources.
    ///
    /// Each has its own result; only cancellation and a stopped worker throw.
    public func observe(
        _ resources: [DeclaredResource], context: ObservationContext
    ) async throws -> [ResourceID: Result<Observation, HostError>] {
        let (host, worker) = (host, worker)
        return try await worker.run {
            let found = Collector<(ResourceID, Result<Observation, HostError>)>()
            Self.observe(resources, on: host, context: context, worker: worker) { piece in
                found.append(piece.map { ($0.id, $1) })
            }
            return Dictionary(found.all) { _, last in last }
        }
    }

    /// Observes resources, and gives the digests of what is observed as plans hold them.
    public func digests(
        of resources: [DeclaredResource], context: ObservationContext
    ) async throws -> [ResourceID: Result<ContentDigest, HostError>] {
        let (host, worker) = (host, worker)
        let planContext = PlanContext(context)
        return try await worker.run {
            let found = Collector<(ResourceID, Result<ContentDigest, HostError>)>()
            Self.observe(resources, on: host, context: context, worker: worker) { piece in
                found.append(
                    piece.map { resource, observed in
                        (resource.id, observed.map { planContext.digest(of: $0, for: resource) })
                    })
            }
            return Dictionary(found.all) { _, last in last }
        }
    }

    /// Looks at everything in a table and gives the resources that may differ from what was last in sync, in their
    /// order: observe these in full, and record in the table what is in sync.
    public func differing(from table: SyncTable) async throws -> [DeclaredResource] {
        try await candidates(of: table).map { table.resources[$0.index] }
    }

    private func candidates(of table: SyncTable) async throws -> [SyncTable.Candidate] {
        let (host, worker) = (host, worker)
        return try await worker.run {
            let found = Collector<SyncTable.Candidate>()
            worker.forEachParallel(count: table.paths.count, chunk: Self.lookChunk) { rows in
                found.append(table.differing(inRows: rows, on: host))
            }
            found.append(
                table.alwaysObserved.map { SyncTable.Candidate(index: $0, status: nil, isLookedAt: false) })
            return found.all.sorted { $0.index < $1.index }
        }
    }

    /// Observes and plans the resources of a table that may differ, and records in it those that are in sync.
    ///
    /// The whole of a pass when nothing changed.
    public func pass(over table: SyncTable, context: ObservationContext) async throws -> ObservationPass {
        let host = host
        let time = host.wallTime()
        var context = context
        if let refreshed = try await worker.run({ [context] in context.refreshed(on: host) }) {
            context = refreshed
            table.forgetAll()
        }
        let found = try await self.candidates(of: table)
        let candidates = found.map { table.resources[$0.index] }
        // Of the look before the content is read.
        var statuses: [ResourceID: FileStatus?] = [:]
        for (candidate, resource) in zip(found, candidates) where candidate.isLookedAt {
            statuses[resource.id] = .some(candidate.status)
            if candidate.status == nil { context.absent.insert(resource.id) }
        }
        let observations = try await observe(candidates, context: context)
        context.absent = []
        context = try await naming(observations, in: context)
        return ObservationPass(
            time: time, context: context, candidates: candidates, statuses: statuses, observations: observations,
            table: table)
    }

    /// The context with the names of the users and groups that observations hold, so that plans show them.
    public func naming(
        _ observations: [ResourceID: Result<Observation, HostError>], in context: ObservationContext
    ) async throws -> ObservationContext {
        let host = host
        return try await worker.run {
            var context = context
            context.learnNames(in: observations.values, on: host)
            return context
        }
    }

    /// Observes in parallel, and hands over each piece on the thread that observed it.
    private static func observe(
        _ resources: [DeclaredResource], on host: Host, context: ObservationContext, worker: any BlockingWorker,
        _ take: @escaping @Sendable ([(DeclaredResource, Result<Observation, HostError>)]) -> Void
    ) {
        // In the order of the directories, so that pieces share few of them.
        let ordered = resources.filter { $0.id.type.isPath }.sorted { $0.id.identity < $1.id.identity }
        let observe = { @Sendable (piece: ArraySlice<DeclaredResource>) in
            let observed = ProviderRegistry.observe(piece, on: host, context: context)
            take(piece.compactMap { resource in observed[resource.id].map { (resource, $0) } })
        }
        worker.forEachParallel(count: ordered.count, chunk: observeChunk) { range in observe(ordered[range]) }
        let units = resources.filter { !$0.id.type.isPath }
        if !units.isEmpty { observe(units[...]) }
    }

    /// Large enough that handing out a piece costs nothing against looking at it.
    private static var lookChunk: Int { 1_024 }
    private static var observeChunk: Int { 64 }
}
