import FoundationEssentials
import Glibc
import Model

@testable import Store

extension FuzzTarget {
    /// A state database with bits flipped: input is a list of changes, each three bytes of position and one of bits.
    ///
    /// It opens, is rebuilt, or is refused with an error. Whatever else is lost, the bytes of the content store that
    /// lie in files of their own are there.
    static let database = FuzzTarget(name: "database") { input in
        let model = try ModelDatabase.shared.get()
        var bytes = model.bytes
        for start in stride(from: 0, to: min(input.count, 256) - 3, by: 4) {
            let place = Int(input[start]) << 16 | Int(input[start + 1]) << 8 | Int(input[start + 2])
            bytes[place % bytes.count] ^= input[start + 3]
        }
        try withScratchDirectory { directory in
            for (path, content) in model.files { try content.write(to: directory, at: path) }
            try Data(bytes).write(to: URL(filePath: directory + "/state.db"))
            do throws(StoreError) {
                try model.use(directory)
            } catch {
                try FuzzFinding.require(!error.message.isEmpty, "an error says nothing")
            }
        }
    }
}

/// Does something with an empty directory, which is removed afterwards: the one of TestSupport comes with the testing
/// library, which no fuzzer has.
private func withScratchDirectory<Result>(_ body: (String) throws -> Result) throws -> Result {
    let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(root)/aetheredge-fuzz-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw FuzzFinding(description: "no directory in '\(root)'") }
    let path = String(cString: made)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}

extension Data {
    /// Writes a file below a directory, whose own directories are made.
    fileprivate func write(to directory: String, at path: String) throws {
        let whole = directory + "/" + path
        let parent = String(whole[..<(whole.lastIndex(of: "/") ?? whole.endIndex)])
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        try write(to: URL(filePath: whole))
    }
}

/// A small database of everything, and the bytes that must outlive it.
struct ModelDatabase: Sendable {
    static let shared = Result { try ModelDatabase() }

    /// The bytes of `state.db`.
    let bytes: [UInt8]
    /// The files of the content store, by their path.
    let files: [String: Data]
    let large: DeclaredContent
    /// What lies in the database itself.
    private static let small = (0..<20).map { Array("content \($0)\n".utf8) }
    private static let commits = Set(small.indices.map { "c\($0)" })
    private static let resource = ResourceID(type: .file, identity: "/etc/motd")

    init() throws {
        (bytes, files, large) = try withScratchDirectory { try Self.make(in: $0) }
    }

    private static func make(in whole: String) throws -> ([UInt8], [String: Data], DeclaredContent) {
        let large: DeclaredContent
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
            for (number, bytes) in small.enumerated() {
                let small = try content.put(bytes)
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
        // Closing it brought the log into the file.
        let bytes = Array(try Data(contentsOf: URL(filePath: whole + "/state.db")))
        var files: [String: Data] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: whole) where path.hasPrefix("content/") {
            var isDirectory = false
            _ = FileManager.default.fileExists(atPath: whole + "/" + path, isDirectory: &isDirectory)
            if !isDirectory { files[path] = try Data(contentsOf: URL(filePath: whole + "/" + path)) }
        }
        return (bytes, files, large)
    }

    /// Opens what became of it and reads everything.
    ///
    /// Bytes that are read under a digest are those of the digest, or are refused.
    func use(_ directory: String) throws(StoreError) {
        let database = try HostDatabase(path: directory + "/state.db")
        let content = try ContentStore(database, directory: directory + "/content")
        var isRead = true
        do throws(StoreError) {
            let journal = RunJournal(database)
            for run in try journal.runs(limit: 100) {
                _ = try journal.steps(of: run.name)
                precondition(Self.commits.contains(run.plan.commit), "a plan is not what was written")
            }
            _ = try journal.unsettled()
            _ = try ResourceTable(database).allRows()
            _ = try content.versions(of: Self.resource)
            _ = try content.usage()
        } catch {
            isRead = false
        }
        for bytes in Self.small {
            guard let found = try? content.bytes(ContentDigest(hashing: bytes), limit: 1 << 10) else { continue }
            precondition(found == bytes, "the content store tells wrong bytes")
        }
        // A rebuilt one has every blob that lies in a file; one that reads without a fault has it too.
        guard database.recovery != nil || isRead, try content.contains(large.digest) || database.recovery != nil else {
            return
        }
        let found = try content.bytes(large.digest, limit: 1 << 20)
        precondition(found.count == Int(large.size), "the content store lost bytes")
    }
}
