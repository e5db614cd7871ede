import ControllerRuntime
import GitSource
import HostRuntime
import Logging
import Model
import Store
import Synchronization
import TestSupport
import Testing

@testable import Brahma

@Suite struct SourceReconcilerTests {
    private static let time = WallTime(nanoseconds: 1_800_000_000_000_000_000)

    private static func withSource(
        _ spec: SourceKind.Spec, failed: @escaping @Sendable (String?, any Error) -> Void = { _, _ in },
        _ body: (SourceReconciler, SQLiteObjectStore) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory("source") { directory in
            let database = try HostDatabase.inMemory(losesUnsyncedWrites: true)
            let objects = SQLiteObjectStore(database)
            let source = Object<SourceKind>(
                metadata: ObjectMeta(name: sourceName), spec: spec, status: SourceKind.Status())
            _ = try await objects.create(source.untyped(), durability: .synced)
            let environment = SourceReconciler.Environment(
                objects: objects, generations: GenerationTable(database),
                content: try ContentStore(database, directory: nil), settings: SettingTable(database),
                fetcher: SiteFetcher(cacheDirectory: directory, runner: GitRunner(environment: [:])),
                worker: InlineWorker(), denied: [], facts: { HostFacts() },
                events: EventRecorder(store: objects, source: "test") { time }, wallTime: { time },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, generationsKept: 10,
                outcomeChanged: {}, requestFailed: failed)
            try await body(SourceReconciler(environment: environment), objects)
        }
    }

    @Test func `a source that names nothing is stalled as not configured, and not tried again`() async throws {
        try await Self.withSource(SourceKind.Spec()) { reconciler, objects in
            let outcome = try await reconciler.reconcile(sourceName)
            guard case .terminal(.notConfigured, let message) = outcome else {
                Issue.record("it is to be tried again: \(outcome)")
                return
            }
            #expect(message.contains("source.git"))
            let status = try await objects.read(SourceKind.self, sourceName).status
            #expect(status.conditions?[.stalled]?.status == .true)
            #expect(status.conditions?[.stalled]?.reason == .notConfigured)
            #expect(status.conditions?[.ready]?.status == .false)
        }
    }

    @Test func `a source that cannot be fetched says so instead`() async throws {
        var spec = SourceKind.Spec()
        spec.directory = "/nonexistent/site"
        try await Self.withSource(spec) { reconciler, objects in
            await #expect(throws: (any Error).self) { _ = try await reconciler.reconcile(sourceName) }
            let status = try await objects.read(SourceKind.self, sourceName).status
            #expect(status.conditions?[.stalled]?.reason == .fetchFailed)
        }
    }

    @Test(arguments: [false, true])
    func `a request that cannot be recorded as handled is told to who asked, and one that is, is not`(_ isFull: Bool)
        async throws
    {
        let told = Mutex<[String]>([])
        var spec = SourceKind.Spec()
        spec.directory = "/nonexistent/site"
        try await Self.withSource(spec) { request, error in
            told.withLock { $0.append("\(request ?? "none"): \(error)") }
        } _: { reconciler, objects in
            try await objects.modify(SourceKind.self, sourceName, part: .spec) { source in
                source.metadata.annotations = [reconcileRequestedAnnotation: "17"]
            }
            if isFull {
                try objects.database.watchWrites(
                    WriteWatcher(
                        willWrite: { (_, _) throws(StoreError) in
                            throw StoreError(.full, "no space is left for the state")
                        }, didWrite: { _ in }))
            }
            await #expect(throws: (any Error).self) { _ = try await reconciler.reconcile(sourceName) }
            let handled = try await objects.read(SourceKind.self, sourceName).status.lastHandledReconcile
            #expect(handled == (isFull ? nil : "17"))
            #expect(told.withLock { $0 } == (isFull ? ["17: no space is left for the state"] : []))
        }
    }

    @Test func `a path that leaves the source is refused, also with a combining mark after its slash`() async throws {
        try await withTemporaryDirectory("site") { directory in
            var spec = SourceKind.Spec()
            spec.directory = directory
            spec.path = "x/../../\u{301}y"
            try await Self.withSource(spec) { reconciler, objects in
                await #expect(throws: GitSourceError.self) { _ = try await reconciler.reconcile(sourceName) }
                let stalled = try await objects.read(SourceKind.self, sourceName).status.conditions?[.stalled]
                #expect(stalled?.message.contains("leaves the source") == true)
            }
        }
    }
}
