import FoundationEssentials
import Glibc
import Model

@testable import Store

extension FuzzTarget {
    /// A state database with bits flipped: input is a list of changes, each three bytes of position and one of bits.
    ///
    /// It opens, is rebuilt, or is refused with an error; whatever else is lost, the bytes of the content store that
    /// lie in files of their own are there.
    static let database = FuzzTarget(name: "database") { input in
        let model = try ModelDatabase.shared.get()
        let directory = model.directory + "/try"
        try? FileManager.default.removeItem(atPath: directory)
        try FileManager.default.copyItem(atPath: model.directory + "/whole", toPath: directory)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var bytes = model.bytes
        for start in stride(from: 0, to: min(input.count, 256) - 3, by: 4) {
            let place = Int(input[start]) << 16 | Int(input[start + 1]) << 8 | Int(input[start + 2])
            bytes[place % bytes.count] ^= input[start + 3]
        }
        try Data(bytes).write(to: URL(filePath: directory + "/state.db"))
        do throws(StoreError) {
            try model.use(directory)
        } catch {
            try FuzzFinding.require(!error.message.isEmpty, "an error says nothing")
        }
    }
}

/// A small database of everything, and the bytes that must outlive it.
struct ModelDatabase: Sendable {
    static let shared = Result { try ModelDatabase() }

    let directory: String
    let bytes: [UInt8]
    let large: DeclaredContent
    private let resource = ResourceID(type: .file, identity: "/etc/motd")

    init() throws {
        var template = Array("/tmp/aetheredge-fuzz-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw FuzzFinding(description: "no directory for the database") }
        directory = String(cString: made)
        let whole = directory + "/whole"
        try FileManager.default.createDirectory(atPath: whole, withIntermediateDirectories: true)
        do {
            let database = try HostDatabase(path: whole + "/state.db")
            let content = try ContentStore(database, directory: whole + "/content")
            var random = UInt64(1)
            let noise: [UInt8] = (0..<200_000).map { _ in
                random = random &* 6_364_136_223_846_793_005 &+ 1
                return UInt8(truncatingIfNeeded: random >> 33)
            }
            large = try content.put(noise)
            let journal = RunJournal(database)
            let resources = ResourceTable(database)
            for number in 0..<20 {
                let small = try content.put(Array("content \(number)\n".utf8))
                let declared = DeclaredResource(
                    id: ResourceID(type: .file, identity: "/etc/f\(number)"),
                    attributes: .file(FileAttributes(content: small, mode: 0o644)), blueprint: "fuzz",
                    position: SourcePosition(file: "a.yaml", line: 1, column: 1), verify: [], dependencies: [])
                try resources.write(
                    [ResourceUpdate(declared.id, phase: .pending, declared: declared)], at: systemWallTime(),
                    durability: .synced)
                let plan = Plan(cause: .drift, commit: "c\(number)", changes: [])
                _ = try journal.create(
                    RunRecord(
                        name: "", sequence: 0, plan: plan, planHash: "hash", requestedBy: "controller",
                        phase: .succeeded, createdTime: systemWallTime()), durability: .synced)
            }
            try content.retain(
                RetainedVersion(
                    resource: resource, path: resource.identity, time: systemWallTime(), content: large,
                    metadata: FileMetadata(mode: 0o644), run: "run-1"), durability: .synced)
        }
        // Closing it brings the log into the file.
        bytes = Array(try Data(contentsOf: URL(filePath: whole + "/state.db")))
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: whole + "/state.db" + suffix) }
    }

    /// Opens what became of it and reads everything.
    func use(_ directory: String) throws(StoreError) {
        let database = try HostDatabase(path: directory + "/state.db")
        let content = try ContentStore(database, directory: directory + "/content")
        var isRead = true
        do throws(StoreError) {
            let journal = RunJournal(database)
            for run in try journal.runs(limit: 100) { _ = try journal.steps(of: run.name) }
            _ = try journal.unsettled()
            _ = try ResourceTable(database).allRows()
            _ = try content.versions(of: resource)
            _ = try content.usage()
        } catch {
            isRead = false
        }
        // A rebuilt one has every blob that lies in a file; one that reads without a fault has it too.
        guard database.recovery != nil || isRead, try content.contains(large.digest) || database.recovery != nil else {
            return
        }
        let found = try content.bytes(large.digest, limit: 1 << 20)
        precondition(found.count == Int(large.size), "the content store lost bytes")
    }
}
