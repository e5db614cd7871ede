import ControllerRuntime
import FoundationEssentials
import GitSource
import HostRuntime
import Logging
import Model
import Store
import Synchronization
import TestSupport
import Testing

@testable import Brahma

/// What follows from facts that change while the commit stays.
@Suite struct FactsChangeTests {
    private static let time = WallTime(nanoseconds: 1_800_000_000_000_000_000)

    /// A source with one blueprint in a directory or a repository, on a host whose facts can be changed.
    private struct Fixture {
        let objects: SQLiteObjectStore
        let generations: GenerationTable
        let facts: Facts
        let directory: String
        let make: () -> SourceReconciler

        func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: directory + "/a.yaml")) }

        /// Makes the directory a repository that has what is in it.
        func commit() throws {
            let identity = ["-c", "user.name=a", "-c", "user.email=a@localhost"]
            for words in [["init", "--initial-branch=main"], ["add", "."], ["commit", "--message", "a"]] {
                let git = try ChildProcess.start(
                    ["git", "-C", directory] + identity + words,
                    environment: ["PATH": "/usr/bin:/bin", "HOME": directory, "GIT_CONFIG_NOSYSTEM": "1"])
                try #require(git.wait() == 0)
            }
        }

        /// The resources that the newest generation has in force, and those that it leaves alone.
        func newest() throws -> (number: Int64, inForce: [String], alone: [String]) {
            let record = try #require(try generations.newest())
            return (record.number, record.resources.map(\.id.identity), record.withheld.map(\.id.identity))
        }

        func status() async throws -> SourceKind.Status {
            try await objects.read(SourceKind.self, sourceName).status
        }

        func events() async throws -> [String] {
            try await objects.objects(of: EventKind.descriptor.kind, limit: 100, after: nil).items.map {
                try Object<EventKind>($0).spec
            }.filter { $0.reason == "FactsChanged" }.map(\.message)
        }
    }

    private final class Facts: Sendable {
        private let known = Mutex(HostFacts())
        func set(hostname: String, cpus: Int = 1) {
            known.withLock { ($0.hostname, $0.cpus) = (hostname, cpus) }
        }
        func read() -> HostFacts { known.withLock { $0 } }

        /// How often another outcome of a commit that was fetched before was told.
        let told = Mutex(0)
    }

    private static func withSource(
        _ text: String, inGit: Bool = false, _ body: (Fixture) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory("cache") { cache in
            try await withTemporaryDirectory("site") { directory in
                let database = try HostDatabase.inMemory()
                let objects = SQLiteObjectStore(database)
                var spec = SourceKind.Spec()
                if inGit { spec.git = "file://" + directory } else { spec.directory = directory }
                let source = Object<SourceKind>(
                    metadata: ObjectMeta(name: sourceName), spec: spec, status: SourceKind.Status())
                _ = try await objects.create(source.untyped(), durability: .synced)
                let facts = Facts()
                let content = try ContentStore(database, directory: nil)
                let fixture = Fixture(
                    objects: objects, generations: GenerationTable(database), facts: facts, directory: directory
                ) {
                    SourceReconciler(
                        environment: SourceReconciler.Environment(
                            objects: objects, generations: GenerationTable(database), content: content,
                            settings: SettingTable(database),
                            fetcher: SiteFetcher(
                                cacheDirectory: cache, runner: GitRunner(environment: ["HOME": directory])),
                            worker: InlineWorker(), denied: [], facts: { facts.read() },
                            events: EventRecorder(store: objects, source: "test") { time }, wallTime: { time },
                            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, generationsKept: 10,
                            outcomeChanged: { facts.told.withLock { $0 += 1 } }, requestFailed: { _, _ in }))
                }
                try fixture.write(text)
                if inGit { try fixture.commit() }
                try await body(fixture)
            }
        }
    }

    private static let conditional = Sites.blueprint(
        "a",
        """
            - file: /always
              content: x
            - file: /edge
              content: x
              when: input.host.facts.hostname == "edge"
        """)

    @Test func `a fact that changes what is in force makes a generation of the same commit`() async throws {
        try await Self.withSource(Self.conditional) { fixture in
            fixture.facts.set(hostname: "core")
            let reconciler = fixture.make()
            _ = try await reconciler.reconcile(sourceName)
            let first = try fixture.newest()
            #expect(first.inForce == ["/always"] && first.alone == ["/edge"])
            #expect(try await fixture.objects.read(BlueprintKind.self, "a").status.withheld == 1)
            let commit = try await fixture.status().fetched

            // Nothing looks at processors.
            fixture.facts.set(hostname: "core", cpus: 2)
            #expect(reconciler.mayMatter(fixture.facts.read()))
            _ = try await reconciler.reconcile(sourceName)
            #expect(try fixture.newest().number == first.number)
            #expect(fixture.facts.told.withLock { $0 } == 0)
            #expect(!reconciler.mayMatter(fixture.facts.read()))
            #expect(try await fixture.events() == [])

            fixture.facts.set(hostname: "edge", cpus: 2)
            _ = try await reconciler.reconcile(sourceName)
            let second = try fixture.newest()
            #expect(second.number == first.number + 1 && second.alone == [])
            #expect(Set(second.inForce) == ["/always", "/edge"])
            #expect(try await fixture.status().fetched == commit)
            // The source does not show it, so the loop has to be told.
            #expect(fixture.facts.told.withLock { $0 } == 1)
            #expect(
                try await fixture.events() == [
                    "facts changed (hostname): 2 resources are in force, 0 are left alone"
                ])
            let blueprint = try await fixture.objects.read(BlueprintKind.self, "a").status
            #expect(blueprint.withheld == nil && blueprint.resources == 2)
            _ = try await reconciler.reconcile(sourceName)
            #expect(try fixture.newest().number == second.number)
        }
    }

    @Test func `facts that change while the repository cannot be reached make a generation of what was fetched`()
        async throws
    {
        try await Self.withSource(Self.conditional, inGit: true) { fixture in
            fixture.facts.set(hostname: "core")
            let reconciler = fixture.make()
            _ = try await reconciler.reconcile(sourceName)
            let first = try fixture.newest()
            #expect(first.inForce == ["/always"] && first.alone == ["/edge"])
            let commit = try await fixture.status().fetched

            try FileManager.default.moveItem(atPath: fixture.directory + "/.git", toPath: fixture.directory + "/away")
            await #expect(throws: (any Error).self) { _ = try await reconciler.reconcile(sourceName) }
            #expect(try fixture.newest().number == first.number)
            fixture.facts.set(hostname: "edge")
            await #expect(throws: (any Error).self) { _ = try await reconciler.reconcile(sourceName) }
            let second = try fixture.newest()
            #expect(second.number == first.number + 1 && second.alone == [])
            #expect(try #require(try fixture.generations.newest()).commit == commit)
            // It is compiled, and the repository is out of reach all the same.
            let status = try await fixture.status()
            #expect(status.conditions?[.stalled]?.reason == .fetchFailed && status.fetched == commit)
        }
    }

    @Test func `facts that changed while nothing ran are seen at the next start`() async throws {
        try await Self.withSource(Self.conditional) { fixture in
            fixture.facts.set(hostname: "core")
            _ = try await fixture.make().reconcile(sourceName)
            let same = fixture.make()
            _ = try await same.reconcile(sourceName)
            #expect(try fixture.newest().number == 1)
            #expect(!same.mayMatter(fixture.facts.read()))
            fixture.facts.set(hostname: "edge")
            #expect(same.mayMatter(fixture.facts.read()))
            _ = try await fixture.make().reconcile(sourceName)
            let second = try fixture.newest()
            #expect(second.number == 2 && second.alone == [])
        }
    }

    @Test func `a condition that fails with new facts leaves what is in force in force, until facts or commit change`()
        async throws
    {
        let text = Sites.blueprint(
            "a",
            "    - file: /a\n      content: x\n      when: semver.compare(input.host.facts.hostname, \"1.0.0\") > 0")
        try await Self.withSource(text) { fixture in
            fixture.facts.set(hostname: "2.0.0")
            let reconciler = fixture.make()
            _ = try await reconciler.reconcile(sourceName)
            #expect(try fixture.newest().inForce == ["/a"])
            fixture.facts.set(hostname: "edge")
            for _ in 0..<2 {
                _ = try await reconciler.reconcile(sourceName)
                let status = try await fixture.status()
                #expect(status.errors?.first?.position.line == 8)
                #expect(status.conditions?[.stalled]?.status == .true)
                #expect(status.conditions?[.stalled]?.reason == .buildFailed)
                #expect(try fixture.newest().number == 1)
            }
            fixture.facts.set(hostname: "0.1.0")
            _ = try await reconciler.reconcile(sourceName)
            #expect(try fixture.newest().alone == ["/a"])
            let status = try await fixture.status()
            #expect(status.errors == nil && status.conditions?[.stalled]?.status == .false)
        }
    }

    @Test func `facts do not matter to a source without conditions`() async throws {
        try await Self.withSource(Sites.blueprint("a", "    - file: /a\n      content: x")) { fixture in
            let reconciler = fixture.make()
            #expect(reconciler.mayMatter(fixture.facts.read()))
            _ = try await reconciler.reconcile(sourceName)
            fixture.facts.set(hostname: "other")
            #expect(!reconciler.mayMatter(fixture.facts.read()))
            _ = try await reconciler.reconcile(sourceName)
            #expect(try fixture.newest().number == 1)
            try fixture.write(Self.conditional)
            _ = try await reconciler.reconcile(sourceName)
            let second = try fixture.newest()
            #expect(second.number == 2 && second.alone == ["/edge"])
        }
    }
}
