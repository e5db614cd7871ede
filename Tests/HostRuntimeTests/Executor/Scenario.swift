import Model
import Store
import Testing

@testable import HostRuntime

/// Thirty changes of every type on a host that has something of everything.
struct Scenario {
    let fixture: ExecutorFixture
    /// What the host held before.
    let before: [String: String]
    /// Old and new bytes of the paths that the run writes or removes.
    private let old: [String: [UInt8]]

    static let unitText = """
        [Service]
        ExecStart=/bin/server
        [Install]
        WantedBy=multi-user.target
        """

    init(seed: UInt64) throws {
        fixture = try ExecutorFixture(seed: seed)
        let host = fixture.host
        host.place(directory: "/etc/systemd/system/multi-user.target.wants")
        host.install(unit: "web.service", Self.unitText, isRunning: true)
        host.install(unit: "idle.service", Self.unitText)
        host.install(unit: "old.service", Self.unitText, isRunning: true)
        for number in 0..<8 { host.write("/etc/replaced\(number)", "old \(number)\n") }
        host.setAttribute("/etc/replaced1", "user.note", [1, 2, 3])
        host.change("/etc/replaced2", FileMetadata(owner: 33, group: 33, mode: 0o600))
        for number in 0..<3 { host.write("/etc/removed\(number)", "gone \(number)\n") }
        for number in 0..<3 { host.write("/etc/mode\(number)", "kept \(number)\n") }
        host.place(symlink: "/etc/link", to: "old-target")
        host.place(symlink: "/etc/gone-link", to: "somewhere")
        host.place(directory: "/etc/tree/deep")
        host.write("/etc/tree/deep/file", "in the tree\n")
        host.write("/etc/tree/other", "other\n")
        host.place(directory: "/etc/purged")
        host.write("/etc/purged/stray", "stray\n")
        host.place(directory: "/etc/purged/straydir")
        host.write("/etc/purged/straydir/inner", "inner\n")
        host.place(special: "/etc/purged/pipe", SpecialNode(mode: 0o010600, device: 0))
        host.settle()
        before = host.snapshot()
        var old: [String: [UInt8]] = [:]
        for path in before.keys { old[path] = host.bytes(of: path) }
        self.old = old
        try fixture.declare(Self.resources)
        // What a generation declares is durable before it is in force.
        try fixture.content.pin([], owner: "generation", durability: .synced)
    }

    private static var resources: [Declared] {
        var resources: [Declared] = (0..<8).map { .file("/etc/replaced\($0)", "new \($0)\n", mode: 0o640) }
        resources += (0..<3).map { .file("/etc/created\($0)", "created \($0)\n") }
        resources += (0..<3).map { .file("/etc/removed\($0)", isAbsent: true) }
        resources += (0..<3).map { .file("/etc/mode\($0)", mode: 0o600) }
        resources += [
            .symlink("/etc/link", to: "new-target"), .symlink("/etc/new-link", to: "new-target"),
            .symlink("/etc/gone-link", to: nil),
            .directory("/etc/made", mode: 0o700), .file("/etc/made/file", "made\n"),
            .directory("/etc/made/deeper"), .file("/etc/made/deeper/file", "deeper\n"),
            .directory("/etc/purged", mode: 0o750, purge: true), .directory("/etc/tree", purge: true, isAbsent: true),
            .file("/etc/web.conf", "web\n"),
            .unit(
                "web.service", active: true, enabled: true,
                restartOn: [ResourceID(type: .file, identity: "/etc/web.conf")]),
            .unit("idle.service", active: true, enabled: true),
            .unit("old.service", active: false),
            .unit("own.service", active: true, enabled: true, content: unitText),
        ]
        return resources
    }

    /// Paths whose bytes a run may have replaced hold wholly what was there or wholly what is declared (I3).
    func expectWhole(_ comment: Comment) throws {
        for resource in fixture.declared {
            guard case .file(let file) = resource.attributes, let content = file.content else { continue }
            let path = resource.id.identity
            let bytes = fixture.host.bytes(of: path)
            let isOld = bytes == old[path]
            let isNew = bytes.map { ContentDigest(hashing: $0) } == content.digest
            #expect(isOld || isNew, "\(path) is torn; \(comment)")
        }
    }

    /// After recovery the run is settled, the host is as before or as declared, nothing is left over, and the next
    /// reconcile brings everything in sync without losing a byte.
    func expectSettled(_ report: RecoveryReport, _ comment: Comment) async throws {
        // A run whose record was lost left nothing but names that the next run removes.
        let known = try fixture.journal.runs(limit: 1)
        if !known.isEmpty { #expect(fixture.leftovers == [], comment) }
        #expect(try fixture.journal.unsettled().isEmpty, comment)
        let outcome = known.first?.phase
        if outcome == .succeeded {
            #expect(try await fixture.plan().isEmpty, comment)
        } else {
            #expect(outcome == .rolledBack || outcome == nil, "\(report); \(comment)")
            let after = fixture.host.snapshot().filter { !$0.key.contains("/" + TemporaryName.prefix) }
            #expect(difference(after, before) == [], comment)
        }
        try await expectConvergence(comment)
    }

    func expectConvergence(_ comment: Comment) async throws {
        if try await !fixture.plan().isEmpty {
            let outcome = try await fixture.converge()
            #expect(outcome == .succeeded(concurrentWrites: []), comment)
        }
        #expect(try await fixture.plan().isEmpty, comment)
        #expect(fixture.leftovers == [], comment)
        for (path, bytes) in old where fixture.host.bytes(of: path) != bytes {
            let digest = ContentDigest(hashing: bytes)
            #expect(try fixture.content.contains(digest), "the bytes of \(path) are lost; \(comment)")
        }
    }
}

/// The lines that two snapshots do not share.
func difference(_ left: [String: String], _ right: [String: String]) -> [String] {
    Set(left.keys).union(right.keys).sorted().compactMap { path in
        left[path] == right[path] ? nil : "\(path): \(left[path] ?? "absent") / \(right[path] ?? "absent")"
    }
}
