import FoundationEssentials
import Model
import Store
import TestSupport
import Testing

/// A time that tests name things by: so many seconds after 2026-01-01.
func time(_ seconds: Int64 = 0) -> WallTime { WallTime(nanoseconds: (1_767_225_600 + seconds) * 1_000_000_000) }

/// Runs a test with a state database of its own on disk.
func withDatabase(_ body: (HostDatabase, _ directory: String) throws -> Void) throws {
    try withTemporaryDirectory("store") { directory in
        let database = try HostDatabase(path: directory + "/state.db", clock: { time() })
        try body(database, directory)
        try database.close()
    }
}

/// Runs a test with a state database of its own on disk.
func withDatabase(_ body: (HostDatabase, _ directory: String) async throws -> Void) async throws {
    try await withTemporaryDirectory("store") { directory in
        let database = try HostDatabase(path: directory + "/state.db", clock: { time() })
        try await body(database, directory)
        try database.close()
    }
}

/// The code of what a body throws; nil when it throws nothing.
func code(_ body: () throws -> some Any) throws -> StoreError.Code? {
    do {
        _ = try body()
        return nil
    } catch let error as StoreError {
        return error.code
    }
}

func fileID(_ number: Int) -> ResourceID { ResourceID(type: .file, identity: "/etc/app/file-\(number).conf") }

func digest(_ number: Int) -> ContentDigest { ContentDigest(hashing: "content \(number)") }

func declaration(_ number: Int) -> DeclaredResource {
    DeclaredResource(
        id: fileID(number),
        attributes: .file(
            FileAttributes(
                content: DeclaredContent(digest: digest(number), size: 9), owner: "root", group: "root", mode: 0o644)),
        blueprint: "web", position: SourcePosition(file: "site.yaml", line: number, column: 5))
}

func update(
    _ number: Int, phase: ResourcePhase = .inSync, before: ResourceUpdate.BeforeAdoption? = nil
) -> ResourceUpdate {
    ResourceUpdate(fileID(number), phase: phase, declared: declaration(number), beforeAdoption: before)
}

extension ResourceTable {
    /// Writes updates at the time of the fixtures.
    func write(_ updates: [ResourceUpdate], durability: Durability = .deferred) throws(StoreError) {
        try write(updates, at: time(), durability: durability)
    }
}

func change(_ number: Int) -> Change {
    Change(
        resource: fileID(number), action: .update,
        fields: [FieldDifference(field: "content", observed: "sha256:1", declared: "sha256:2")],
        before: digest(number), after: digest(number + 1), undo: .exact, risk: .low,
        operations: [operation(number)])
}

func operation(_ number: Int) -> Operation {
    .writeFile(
        path: "/etc/app/file-\(number).conf", content: DeclaredContent(digest: digest(number), size: 9),
        metadata: FileMetadata(owner: 0, group: 0, mode: 0o644))
}

func fileBefore(_ digest: ContentDigest, size: Int64 = 9) -> StateBefore {
    .file(
        FileBefore(
            metadata: FileMetadata(owner: 0, group: 0, mode: 0o644), attributes: [],
            content: DeclaredContent(digest: digest, size: size),
            identity: FileIdentity(
                device: 2_049, inode: 1_234_567, size: size, modified: 1_767_225_600_123_456_789,
                changed: 1_767_225_600_123_456_789)))
}

func step(_ index: Int, before: StateBefore? = nil) -> StepRecord {
    StepRecord(
        index: index, resource: fileID(index), operation: operation(index),
        undo: UndoRecord(temporaryName: ".aetheredge-run-1-\(index)", before: before ?? fileBefore(digest(-index - 1))))
}

func run(changes: Int = 1, phase: RunPhase = .running) -> RunRecord {
    RunRecord(
        name: "", sequence: 0, plan: Plan(cause: .change, commit: "c0ffee", changes: (0..<changes).map(change)),
        planHash: "hash", requestedBy: "controller", phase: phase, createdTime: time())
}

/// What a start finds after the process was killed now: the files are copied as they are, and the copy is opened.
func killedAndRestarted(_ database: HostDatabase, as name: String = "restarted") throws -> HostDatabase {
    let path = try #require(database.path)
    let directory = path.dropLast("/state.db".count) + "/" + name
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    for suffix in ["", "-wal", ".high-water"] where FileManager.default.fileExists(atPath: path + suffix) {
        try FileManager.default.copyItem(atPath: path + suffix, toPath: directory + "/state.db" + suffix)
    }
    return try HostDatabase(path: directory + "/state.db", clock: { time() })
}

extension RunJournal {
    /// Records results at the time of the fixtures.
    func recordResults(run name: String, states: [StepResult]) throws(StoreError) {
        try recordResults(run: name, states: states, at: time())
    }
}
