public import ControllerRuntime
import GitSource
public import HostRuntime
public import Logging
public import Model
public import Store

/// Follows a source: fetches it, compiles what is new, and hands it on as a candidate generation.
///
/// All or nothing: a version that does not compile leaves what is in force in force (DESIGN 4).
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
        /// Events for people.
        public var events: EventRecorder
        /// The wall clock.
        public var wallTime: @Sendable () -> WallTime
        /// The log.
        public var logger: Logger
        /// How many generations are kept.
        public var generationsKept: Int
        /// Told of a request to reconcile that failed and of which the source cannot say so: nil where even the request
        /// cannot be read.
        public var requestFailed: @Sendable (_ request: String?, _ error: any Error) -> Void

        /// Collects the parts.
        public init(
            objects: any ObjectStore, generations: GenerationTable, content: ContentStore, settings: SettingTable,
            fetcher: SiteFetcher,
            worker: any BlockingWorker, denied: [DeniedTree], events: EventRecorder,
            wallTime: @escaping @Sendable () -> WallTime, logger: Logger, generationsKept: Int,
            requestFailed: @escaping @Sendable (_ request: String?, _ error: any Error) -> Void
        ) {
            self.objects = objects
            self.generations = generations
            self.content = content
            self.settings = settings
            self.fetcher = fetcher
            self.worker = worker
            self.denied = denied
            self.events = events
            self.wallTime = wallTime
            self.logger = logger
            self.generationsKept = generationsKept
            self.requestFailed = requestFailed
        }
    }

    let environment: Environment
    private let addedBlueprints: AddedBlueprintsReader

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
            try await noteFetchFailure(error, of: source, requested: requested)
            throw NotedFailure(cause: error)
        }
        try await compile(fetched, of: source, requested: requested)
        return .again(after: interval)
    }

    /// Compiles a version unless it was compiled before, and says on the source how that went.
    private func compile(_ fetched: FetchedSite, of source: Object<SourceKind>, requested: String?) async throws {
        let environment = environment
        let added = try await addedBlueprints.read()
        let (newest, compiledWith) = try await environment.worker.run {
            (
                try environment.generations.list(limit: 1).first,
                try environment.settings.value(AddedBlueprints.settingName)?.stringValue
            )
        }
        let isSame = (compiledWith ?? AddedBlueprints.none) == added.fingerprint
        let isKnown = isSame && newest?.commit.commit == fetched.commit.commit
        let wasRefused =
            isSame && source.status.fetched?.commit == fetched.commit.commit && source.status.errors?.isEmpty == false
        if isKnown || wasRefused {
            return try await noteFetched(
                fetched, of: source, diagnostics: isKnown ? [] : source.status.errors ?? [], requested: requested)
        }
        let site = try await compiled(fetched, with: added)
        if site.diagnostics.isEmpty {
            let names = Set(added.blueprints.map(\.name))
            try await BlueprintPublisher(objects: environment.objects).publish(
                site.blueprints.filter { !names.contains($0.name) }, commit: fetched.commit.commit)
            let record = GenerationRecord(
                number: 0, commit: fetched.commit, resources: site.resources, state: .candidate,
                createdTime: environment.wallTime())
            try await environment.worker.run {
                _ = try environment.generations.insert(record, environment.worker.forEachParallel)
                _ = try environment.generations.prune(keep: environment.generationsKept)
            }
            environment.logger.info(
                "commit compiled",
                metadata: [
                    LogKey.source: "\(source.metadata.name)", LogKey.commit: "\(fetched.commit.commit)",
                    LogKey.count: "\(site.resources.count)",
                ])
        }
        try await noteFetched(fetched, of: source, diagnostics: site.diagnostics, requested: requested)
        if site.diagnostics.isEmpty { try await environment.fetcher.collectGarbage(keeping: [fetched.commit.commit]) }
    }

    /// The site together with what the API added; a broken addition refuses the whole, as a broken document does.
    private func compiled(_ fetched: FetchedSite, with added: AddedBlueprints) async throws -> CompiledSite {
        let environment = environment
        let site = try await environment.worker.run {
            try environment.settings.set(
                AddedBlueprints.settingName, to: .string(added.fingerprint), durability: .deferred)
            return try SiteCompiler(
                denied: environment.denied, sink: .store(environment.content), worker: environment.worker
            )
            .compile(directory: fetched.path, adding: added.blueprints)
        }
        guard added.diagnostics.isEmpty else {
            return CompiledSite(blueprints: [], resources: [], diagnostics: added.diagnostics)
        }
        return site
    }

    private func noteFetched(
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

    private func record(_ reason: Reason, _ message: String, on source: Object<SourceKind>) async throws {
        let key = ObjectKey(kind: SourceKind.descriptor.kind, name: source.metadata.name)
        try await environment.events.record(.warning, on: key, reason: reason, message: message)
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
