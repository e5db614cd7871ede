import HostRuntime
import HostTestSupport
import Model
import Store
import Testing

@Suite struct FileProviderTests {
    @Test func `a missing file is made with what is declared`() throws {
        let result = try Planning.plan([.file("/etc/motd", "hello\n", owner: "www-data", mode: 0o600)])
        let change = try #require(result.plan.changes.first)
        #expect(change.action == .create && change.risk == .low && change.undo == .exact)
        #expect(
            change.operations == [
                .writeFile(
                    path: "/etc/motd", content: DeclaredContent("hello\n"),
                    metadata: FileMetadata(owner: 33, mode: 0o600))
            ])
        #expect(
            change.fields.map(\.description) == [
                "type: - -> file", "content: - -> sha256:5891b5b522d5 (6 bytes)", "owner: - -> www-data",
                "mode: - -> 0600",
            ])
    }

    @Test func `other bytes are a replacement of the content alone`() throws {
        let result = try Planning.plan([.file("/etc/motd", "new", mode: 0o644)]) { $0.write("/etc/motd", "old") }
        let change = try #require(result.plan.changes.first)
        #expect(change.action == .update && change.risk == .medium)
        #expect(
            change.fields.map(\.description) == [
                "content: sha256:cba06b5736fa (3 bytes) -> sha256:11507a0e2f5e (3 bytes)"
            ])
    }

    @Test func `other metadata is set and bytes are not read`() throws {
        let host = SimulatedHost(seed: 1)
        host.write("/etc/motd", "same")
        host.inject(SimulatedFault(path: "/etc/motd", code: .inputOutput, skip: 1, affectsReading: true))
        let change = try #require(try Planning(host).plan([.file("/etc/motd", mode: 0o600)]).plan.changes.first)
        #expect(change.operations == [.setMetadata(path: "/etc/motd", metadata: FileMetadata(mode: 0o600))])
        #expect(change.fields.map(\.description) == ["mode: 0644 -> 0600"])
        #expect(change.risk == .low)
    }

    @Test func `what is not declared does not differ`() throws {
        let result = try Planning.plan([.file("/etc/motd", "same")]) { host in
            host.write("/etc/motd", "same")
            host.change("/etc/motd", FileMetadata(owner: 7, group: 7, mode: 0o4000))
        }
        #expect(result.plan.isEmpty && result.inSync == [ResourceID("file:/etc/motd")])
    }

    @Test func `a link or special file in its place is replaced`() throws {
        for prepare in [
            { (host: SimulatedHost) in host.place(symlink: "/etc/motd", to: "/etc/passwd") },
            { (host: SimulatedHost) in host.place(special: "/etc/motd", SpecialNode(mode: 0o010600, device: 0)) },
            { (host: SimulatedHost) in host.place(directory: "/etc/motd") },
        ] {
            let change = try #require(try Planning.plan([.file("/etc/motd", "x")], prepare).plan.changes.first)
            #expect(change.action == .replace && change.risk == .high)
        }
    }

    @Test func `a directory with something in it is left alone`() throws {
        let result = try Planning.plan([.file("/etc/motd", "x")]) { host in
            host.place(directory: "/etc/motd")
            host.write("/etc/motd/precious", "x")
        }
        #expect(result.plan.isEmpty)
        let error = try #require(result.problems[ResourceID("file:/etc/motd")]?.error)
        #expect(error.code == .wrongType)
        #expect(
            error.message == "cannot put a file at '/etc/motd': a directory is there that holds 'precious'; move the "
                + "directory away, or declare it as 'directory'")
    }

    @Test func `a missing directory is told before anything is tried`() throws {
        let result = try Planning.plan([.file("/no/such/file", "x")])
        #expect(result.plan.isEmpty)
        #expect(result.problems[ResourceID("file:/no/such/file")]?.error?.code == .notFound)
        let declared = try Planning.plan([.directory("/no"), .directory("/no/such"), .file("/no/such/file", "x")])
        #expect(declared.problems.isEmpty && declared.plan.changes.count == 3)
    }

    @Test func `a user that does not exist is named`() throws {
        let result = try Planning.plan([.file("/etc/motd", "x", owner: "nginx")])
        let error = try #require(result.problems[ResourceID("file:/etc/motd")]?.error)
        #expect(error.code == .unavailable && error.message.contains("no user 'nginx'"))
    }

    @Test func `an absent file is removed, and nothing else`() throws {
        #expect(try Planning.plan([.file("/etc/motd", isAbsent: true)]).plan.isEmpty)
        let change = try #require(
            try Planning.plan([.file("/etc/motd", isAbsent: true)]) { $0.write("/etc/motd", "x") }.plan.changes.first)
        #expect(change.action == .remove && change.operations == [.remove(path: "/etc/motd")])
        let directory = try Planning.plan([.file("/etc/motd", isAbsent: true)]) { $0.place(directory: "/etc/motd") }
        #expect(directory.problems[ResourceID("file:/etc/motd")]?.error?.code == .wrongType)
    }

    @Test func `without privilege owners are not managed`() throws {
        let host = SimulatedHost(seed: 1, canChangeOwner: false)
        host.write("/etc/motd", "x")
        host.change("/etc/motd", FileMetadata(owner: 1_000))
        #expect(try Planning(host).plan([.file("/etc/motd", "x", owner: "nobody-knows", group: "root")]).plan.isEmpty)
    }

    @Test func `small texts get a diff, and a file that moved on gets none`() throws {
        let host = SimulatedHost(seed: 1)
        host.write("/etc/motd", "one\n")
        let declared = [DeclaredResource.file("/etc/motd", "two\n"), .file("/etc/new", "three\n")]
        let planning = Planning(host)
        let plan = try planning.plan(declared).plan
        let texts = Dictionary(uniqueKeysWithValues: ["two\n", "three\n"].map { (ContentDigest(hashing: $0), $0) })
        let context = ObservationContext(declared: declared, on: host, cache: HashCache())
        let observations = ProviderRegistry.observe(declared, on: host, context: context)
        let bytes: (DeclaredContent) -> [UInt8]? = { texts[$0.digest].map { Array($0.utf8) } }
        let shown = plan.withContentDiffs(observations: observations, on: host, declared: bytes)
        #expect(
            shown.changes.map(\.contentDiff) == [
                "--- a/etc/motd\n+++ b/etc/motd\n@@ -1 +1 @@\n-one\n+two\n",
                "--- /dev/null\n+++ b/etc/new\n@@ -0,0 +1 @@\n+three\n",
            ])
        #expect(shown.hash == plan.hash)
        host.write("/etc/motd", "moved on")
        let later = plan.withContentDiffs(observations: observations, on: host, declared: bytes)
        #expect(later.changes.first?.contentDiff == nil)
    }

    @Test func `what a run wrote itself is read back only once somebody else wrote to it`() async throws {
        let host = SimulatedHost(seed: 1)
        host.write("/a", "one")
        let declared = DeclaredResource.file("/a", "one")
        let observer = Observer(host: host, worker: InlineWorker())
        var context = try await observer.context(for: [declared])
        // Told from what is read by being wrong.
        let told = DeclaredContent(digest: ContentDigest(hashing: Array("told".utf8)), size: 3)
        let status = try #require(try host.status(of: "/a"))
        context.written = [declared.id: WrittenFile(told, as: FileIdentity(status))]
        func observed() async throws -> DeclaredContent? {
            guard
                case .file(_, let content)? = try await observer.observe([declared], context: context)[declared.id]?
                    .get()
            else { return nil }
            return content
        }
        #expect(try await observed() == told)
        host.change("/a", FileMetadata(mode: 0o600))
        #expect(try await observed() == told, "a mode is no content")
        host.advance(by: 1_000_000_000)
        host.write("/a", "two")
        #expect(try await observed() == DeclaredContent("two"))
        host.write("/a", "three")
        #expect(try await observed() == DeclaredContent("three"))
    }

    @Test func `the digest of a file is that of its canonical form`() {
        let declared = DeclaredResource.file("/a", "one")
        let contents = [
            nil, DeclaredContent("one"), DeclaredContent(digest: ContentDigest(hashing: []), size: 1 << 40),
        ]
        for owner in [nil, 0, UInt32.max] as [UInt32?] {
            for mode in [nil, 0, 0o7777] as [UInt16?] {
                for content in contents {
                    let file = Observation.file(
                        metadata: FileMetadata(owner: owner, group: owner, mode: mode), content: content)
                    let canonical = file.canonicalForm(for: declared.attributes).canonicalBytes
                    #expect(file.digest(for: declared) == ContentDigest(hashing: canonical))
                }
            }
        }
        let absence = Observation.absent.canonicalForm(for: declared.attributes).canonicalBytes
        #expect(Observation.absent.digest(for: declared) == ContentDigest(hashing: absence))
    }
}

extension FieldDifference {
    /// The difference in one line.
    var description: String { "\(field): \(observed ?? "-") -> \(declared ?? "-")" }
}
