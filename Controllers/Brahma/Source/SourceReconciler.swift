public import ControllerRuntime
import GitSource
public import HostRuntime
public import Logging
public import Model
public import Store

/// Follows a source: fetches it, compiles what is new, and hands it on as a candidate generation.
///
/// All or nothing: a version that does not compile leaves what is in force in force (DESIGN 4). A version whose
/// conditions see other facts is compiled again, and is a generation of its own where that gives something else.
public struct SourceReconciler: Reconciler {
    /// The parts that it works with.
    public struct Environment: Sendable {
        /// API objects.
        public var objects: any ObjectStore
        /// Compiled commits.
        public var generations: GenerationTable
        /// Declared bytes.
        public var content: ContentStore
        /// Small durable facts.
        public var settings: SettingTable
        /// Brings versions here.
        public var fetcher: SiteFetcher
        /// Where blocking calls run.
        public var worker: any BlockingWorker
        /// Trees that no resource may lie in.
        public var denied: [DeniedTree]
        /// What conditions see of the host; blocks.
        public var facts: @Sendable () -> HostFacts
        /// Events for people.
        public var events: EventRecorder
        /// The wall clock.
        public var wallTime: @Sendable () -> WallTime
        /// The log.
        public var logger: Logger
        /// How many generations are kept.
        public var generationsKept: Int
        /// Told of another outcome of a commit that was fetched before: the source does not show it.
        public var outcomeChanged: @Sendable () -> Void
        /// Told of a request to reconcile that failed and of which the source cannot say so: nil where even the request
        /// cannot be read.
        public var requestFailed: @Sendable (_ request: String?, _ error: any Error) -> Void

        /// Collects the parts.
        public init(
            objects: any ObjectStore, generations: GenerationTable, content: ContentStore, settings: SettingTable,
            fetcher: SiteFetcher,
            worker: any BlockingWorker, denied: [DeniedTree], facts: @escaping @Sendable () -> HostFacts,
            events: EventRecorder,
            wallTime: @escaping @Sendable () -> WallTime, logger: Logger, generationsKept: Int,
            outcomeChanged: @escaping @Sendable () -> Void,
            requestFailed: @escaping @Sendable (_ request: String?, _ error: any Error) -> Void
        ) {
            self.objects = objects
            self.generations = generations
            self.content = content
            self.settings = settings
            self.fetcher = fetcher
            self.worker = worker
            self.denied = denied
            self.facts = facts
            self.events = events
            self.wallTime = wallTime
            self.logger = logger
            self.generationsKept = generationsKept
            self.outcomeChanged = outcomeChanged
            self.requestFailed = requestFailed
        }
    }

    let environment: Environment
    let addedBlueprints: AddedBlueprintsReader
    /// What the last compile of this process saw of the host.
    let compiledFacts = CompiledFacts()

    /// Makes a reconciler; its keys are names of `Source` objects.
    public init(environment: Environment) {
        self.environment = environment
        addedBlueprints = AddedBlueprintsReader(objects: environment.objects, denied: environment.denied)
    }

    /// Fetches and compiles one source.
    ///
    /// However that ends, it is told to who asked: on the source, and if that cannot be written, to `requestFailed`.
    public func reconcile(_ name: String) async throws -> Outcome {
        var requested: String?
        do {
            guard let source = try await read(name) else { return .done }
            requested = source.metadata.annotations?[reconcileRequestedAnnotation]
            return try await follow(source, requested: requested)
        } catch let failure as NotedFailure {
            throw failure.cause
        } catch let error as CancellationError {
            throw error
        } catch {
            environment.requestFailed(requested, error)
            throw error
        }
    }

    private func read(_ name: String) async throws -> Object<SourceKind>? {
        do {
            return try await environment.objects.read(SourceKind.self, name)
        } catch let error as StoreError where error.code == .notFound {
            return nil
        }
    }

    private func follow(_ source: Object<SourceKind>, requested: String?) async throws -> Outcome {
        guard source.spec.git != nil || source.spec.directory != nil else {
            return try await noteNotConfigured(source, requested: requested)
        }
        let interval = Duration.seconds(source.spec.intervalSeconds ?? 60)
        let fetched: FetchedSite
        do {
            fetched = try await environment.fetcher.fetch(source.spec)
        } catch let error as CancellationError {
            throw error
        } catch {
            try await compileKept(source, requested: requested)
            try await noteFetchFailure(error, of: source, requested: requested)
            throw NotedFailure(cause: error)
        }
        try await compile(fetched, of: source, requested: requested)
        return .again(after: interval)
    }

    func noteFetched(
        _ fetched: FetchedSite, of source: Object<SourceKind>, diagnostics: [CompileDiagnostic], requested: String?
    ) async throws {
        let time = environment.wallTime()
        let isNews =
            source.status.fetched?.commit != fetched.commit.commit || (source.status.errors ?? []) != diagnostics
        try await environment.objects.modify(SourceKind.self, source.metadata.name, part: .status) { source in
            if isNews { source.status.fetchTime = time }
            source.status.fetched = fetched.commit
            source.status.errors = diagnostics.isEmpty ? nil : diagnostics
            source.status.lastHandledReconcile = requested
            source.status.observedGeneration = source.metadata.generation
            source.status.setStalled(
                Self.problem(diagnostics), at: time, observedGeneration: source.metadata.generation)
        }
        guard isNews, let first = diagnostics.first else { return }
        let at = first.position
        environment.logger.error(
            "commit does not compile, what is in force stays",
            metadata: [
                LogKey.messageID: "\(MessageID.commitRefused.rawValue)", LogKey.source: "\(source.metadata.name)",
                LogKey.commit: "\(fetched.commit.commit)", LogKey.count: "\(diagnostics.count)",
                LogKey.path: "\(at.file):\(at.line):\(at.column)", LogKey.cause: "\(first.message)",
            ])
        try await record(.buildFailed, "\(at.file):\(at.line):\(at.column): \(first.message)", on: source)
    }

    /// Nothing can be done until the configuration names a source; what is in force stays.
    private func noteNotConfigured(_ source: Object<SourceKind>, requested: String?) async throws -> Outcome {
        let message = "the configuration names no source; set source.git or source.directory and restart the daemon"
        let time = environment.wallTime()
        try await environment.objects.modify(SourceKind.self, source.metadata.name, part: .status) { source in
            source.status.lastHandledReconcile = requested
            source.status.observedGeneration = source.metadata.generation
            source.status.setStalled(
                (.notConfigured, message), at: time, observedGeneration: source.metadata.generation)
        }
        return .terminal(.notConfigured, message)
    }

    private func noteFetchFailure(_ error: any Error, of source: Object<SourceKind>, requested: String?) async throws {
        let time = environment.wallTime()
        let reason: Reason = (error as? GitSourceError)?.code == .signatureInvalid ? .signatureInvalid : .fetchFailed
        let before = source.status.conditions?[.stalled]
        try await environment.objects.modify(SourceKind.self, source.metadata.name, part: .status) { source in
            source.status.lastHandledReconcile = requested
            source.status.setStalled(
                (reason, "\(error)"), at: time, observedGeneration: source.metadata.generation)
        }
        guard before?.status != .true || before?.message != "\(error)" else { return }
        environment.logger.error(
            "source cannot be fetched, what is in force stays",
            metadata: [
                LogKey.messageID: "\(MessageID.fetchFailed.rawValue)", LogKey.source: "\(source.metadata.name)",
                LogKey.reason: "\(reason.rawValue)", LogKey.cause: "\(error)",
            ])
        try await record(reason, "\(error)", on: source)
    }

    func record(
        _ reason: Reason, _ message: String, as type: EventType = .warning, on source: Object<SourceKind>
    ) async throws {
        let key = ObjectKey(kind: SourceKind.descriptor.kind, name: source.metadata.name)
        try await environment.events.record(type, on: key, reason: reason, message: message)
    }

    private static func problem(_ diagnostics: [CompileDiagnostic]) -> (Reason, String)? {
        guard let first = diagnostics.first else { return nil }
        let at = first.position
        let more = diagnostics.count > 1 ? "; and \(diagnostics.count - 1) more" : ""
        return (.buildFailed, "\(at.file):\(at.line):\(at.column): \(first.message)\(more)")
    }
}

/// A failure that the source tells of.
private struct NotedFailure: Error {
    let cause: any Error
}

extension SourceKind.Status {
    /// Sets `Stalled`, and `Ready` to false with it; a problem that is gone leaves `Ready` to the loop.
    fileprivate mutating func setStalled(_ problem: (Reason, String)?, at time: WallTime, observedGeneration: Int64?) {
        var next = conditions ?? []
        let (reason, message) = problem ?? (.built, "the commit compiles")
        next.set(
            Condition(
                type: .stalled, status: problem == nil ? .false : .true, reason: reason, message: message,
                lastTransitionTime: time, observedGeneration: observedGeneration))
        if problem != nil {
            next.set(
                Condition(
                    type: .ready, status: .false, reason: reason, message: message, lastTransitionTime: time,
                    observedGeneration: observedGeneration))
        }
        conditions = next
    }
}
