import FoundationEssentials
import LinuxIO
import Model
import Store
import TestSupport
import Testing

@Suite struct HostDatabaseTests {
    private func overwrite(_ path: String, at offset: Int, count: Int, with byte: UInt8) throws {
        var data = try #require(FileManager.default.contents(atPath: path))
        for index in offset..<min(offset + count, data.count) { data[index] = byte }
        try data.write(to: URL(fileURLWithPath: path))
    }

    /// Closes a database with much in it and hands its path and newest version on.
    private func withFilledState(_ body: (_ path: String, _ version: UInt64) throws -> Void) throws {
        try withTemporaryDirectory("store") { directory in
            let path = directory + "/state.db"
            let database = try HostDatabase(path: path, clock: { time() })
            let table = ResourceTable(database)
            try table.write((0..<200).map { update($0) }, durability: .synced)
            let content = try ContentStore(database, directory: directory + "/content")
            for number in 0..<50 {
                let bytes = Array("undo bytes \(number)".utf8)
                let stored = try content.put(bytes)
                try content.retain(
                    RetainedVersion(
                        resource: fileID(number), path: "/x", time: time(), content: stored,
                        metadata: FileMetadata(), run: "run-1"))
            }
            _ = try content.put([UInt8](repeating: 7, count: 100_000))
            let version = try #require(try table.rows(ids: [fileID(199)]).first).version.value
            try database.close()
            try body(path, version)
        }
    }

    @Test func `a write that is not waited for comes before every later one`() throws {
        try withDatabase { database, _ in
            let table = ResourceTable(database)
            let all = (0..<2_000).map { update($0) }
            let pending = table.writeLater(all, at: time(), durability: .deferred)
            try table.remove([fileID(7)])
            // What stands after it was written after it.
            #expect(try table.rows(ids: [fileID(6), fileID(7)]).map(\.id) == [fileID(6)])
            try pending.wait()
            #expect(try table.allRows().count == 1_999)
        }
    }

    @Test func `a write that is not waited for says that it failed`() throws {
        try withDatabase { database, _ in
            let table = ResourceTable(database)
            try database.close()
            let pending = table.writeLater([update(1)], at: time(), durability: .deferred)
            #expect(try code { try pending.wait() } == .unavailable)
            #expect(try code { try pending.wait() } == .unavailable)
        }
    }

    @Test func `the mark moves with every commit and with nothing else`() async throws {
        let database = try HostDatabase.inMemory()
        let store = SQLiteObjectStore(database)
        let object = APIObject(
            kind: BlueprintKind.descriptor.kind, metadata: ObjectMeta(name: "web"), spec: .object([:]))
        let empty = try #require(store.mark)
        _ = try await store.create(object, durability: .deferred)
        let filled = try #require(store.mark)
        #expect(filled != empty)
        await #expect(throws: StoreError.self) { try await store.create(object, durability: .deferred) }
        _ = try await store.object(object.key)
        #expect(store.mark == filled)
        #expect(ResourceProjection(ResourceTable(database)).mark == filled)
    }

    @Test func `a second process is kept out until the first is gone`() throws {
        try withTemporaryDirectory("store") { directory in
            let path = directory + "/state.db"
            let first = try HostDatabase(path: path)
            #expect(try code { try HostDatabase(path: path) } == .unavailable)
            try first.close()
        }
    }

    @Test func `a closed database refuses everything, and its watches end`() async throws {
        try await withTemporaryDirectory("store") { directory in
            let database = try HostDatabase(path: directory + "/state.db")
            let store = SQLiteObjectStore(database)
            let kind = KindName(rawValue: "Blueprint")
            let version = try await store.objects(of: kind, limit: 1, after: nil).version
            let watch = try await store.watch(kind, after: version)
            try database.close()
            await #expect(throws: StoreError.self) { for try await _ in watch {} }
            await #expect(throws: StoreError.self) { try await store.objects(of: kind, limit: 1, after: nil) }
            #expect(try code { try RunJournal(database).create(run()) } == .unavailable)
        }
    }

    @Test func `a corrupt database is moved aside, content comes along, and versions go on above the old`() throws {
        try withFilledState { path, version in
            let size = try #require(FileManager.default.contents(atPath: path)).count
            // Somewhere in the middle: the first page stays.
            try overwrite(path, at: 4_096 * 12, count: 4_096 * 3, with: 0xA5)
            let database = try HostDatabase(path: path, clock: { time(-100_000_000) })
            let recovery = try #require(database.recovery)
            #expect(FileManager.default.fileExists(atPath: recovery.movedTo))
            #expect(try #require(FileManager.default.contents(atPath: recovery.movedTo)).count == size)
            #expect(recovery.salvagedBlobs >= 25, "\(recovery)")
            let table = ResourceTable(database)
            #expect(try table.count() == 0)
            let directory = path.dropLast("/state.db".count)
            let content = try ContentStore(database, directory: directory + "/content")
            let large = ContentDigest(hashing: [UInt8](repeating: 7, count: 100_000))
            #expect(try content.bytes(large, limit: 1 << 20).count == 100_000)
            try table.write([update(1)], durability: .synced)
            #expect(try #require(try table.rows(ids: [fileID(1)]).first).version.value > version)
            try database.close()
            let again = try HostDatabase(path: path, clock: { time() })
            #expect(again.recovery == nil)
            #expect(try ResourceTable(again).count() == 1)
            try again.close()
        }
    }

    @Test func `a letter that changed in an undo record is seen, and the next start sets the database aside`() throws {
        try withTemporaryDirectory("store") { directory in
            let path = directory + "/state.db"
            let first = try HostDatabase(path: path, clock: { time() })
            let journal = RunJournal(first)
            let run = try journal.create(run())
            let before = StateBefore.symlink(target: "/where/it/led", metadata: FileMetadata())
            try journal.recordIntents(run: run.name, steps: [step(0, before: before)])
            try first.close()
            var data = try #require(FileManager.default.contents(atPath: path))
            let place = try #require(data.firstRange(of: Data("/where/it/led".utf8)))
            data[place.lowerBound + 1] ^= 1
            try data.write(to: URL(fileURLWithPath: path))

            // SQLite sees nothing wrong, and the record is well formed.
            let second = try HostDatabase(path: path, clock: { time() })
            #expect(second.recovery == nil)
            let error = #expect(throws: StoreError.self) { try RunJournal(second).steps(of: run.name) }
            #expect(error?.code == .corrupt)
            #expect(error?.message.contains("step of run '\(run.name)'") == true)
            #expect(error?.message.contains("restart the daemon") == true)
            #expect(try RunJournal(second).unsettled().map(\.name) == [run.name], "what is not damaged is read")
            try second.close()

            let third = try HostDatabase(path: path, clock: { time() })
            #expect(third.recovery != nil)
            #expect(try RunJournal(third).unsettled().isEmpty)
            try third.close()
        }
    }

    @Test(arguments: [0, 16, 100, 4_096])
    func `a file that is no database is moved aside too`(kept: Int) throws {
        try withFilledState { path, _ in
            try overwrite(path, at: kept, count: 1 << 30, with: 0x5A)
            let database = try HostDatabase(path: path, clock: { time() })
            #expect(database.recovery != nil)
            #expect(try RunJournal(database).create(run()).sequence > 1, "no name of a run comes twice")
            try database.close()
        }
    }

    @Test func `old watches are expired after a rebuild`() async throws {
        try await withTemporaryDirectory("store") { directory in
            let path = directory + "/state.db"
            let kind = KindName(rawValue: "Blueprint")
            let first = try HostDatabase(path: path, clock: { time() })
            let object = APIObject(kind: kind, metadata: ObjectMeta(name: "web"))
            let created = try await SQLiteObjectStore(first).create(object, durability: .synced)
            try first.close()
            try Data("not a database".utf8).write(to: URL(fileURLWithPath: path))
            let second = try HostDatabase(path: path, clock: { time() })
            let store = SQLiteObjectStore(second)
            let version = try #require(created.metadata.resourceVersion)
            let error = await #expect(throws: StoreError.self) { try await store.watch(kind, after: version) }
            #expect(error?.code == .expired)
            #expect(try await store.objects(of: kind, limit: nil, after: nil).version > version)
            try second.close()
        }
    }

    @Test func `a newer schema is refused and left alone`() throws {
        try withFilledState { path, _ in
            // The schema's version stands big-endian at byte 60 of the header.
            try overwrite(path, at: 62, count: 2, with: 0x11)
            let before = FileManager.default.contents(atPath: path)
            #expect(try code { try HostDatabase(path: path) } == .schemaTooNew)
            #expect(FileManager.default.contents(atPath: path) == before)
        }
    }

    @Test func `only a few moved databases are kept`() throws {
        try withTemporaryDirectory("store") { directory in
            let path = directory + "/state.db"
            for number in 0..<6 {
                try Data("damaged \(number)".utf8).write(to: URL(fileURLWithPath: path))
                let database = try HostDatabase(path: path, clock: { time(Int64(number)) })
                #expect(database.recovery != nil)
                try database.close()
            }
            let moved = try FileManager.default.contentsOfDirectory(atPath: directory).filter {
                $0.contains(".corrupt-")
            }
            #expect(moved.count == 3)
            #expect(moved.sorted().last == "state.db.corrupt-20260101T000005Z")
        }
    }

    @Test(.tags(.i3)) func `a kill between any two writes leaves each whole or absent, in order`() throws {
        try withDatabase { database, _ in
            let journal = RunJournal(database)
            let table = ResourceTable(database)
            var random = SeededGenerator(seed: 11)
            for round in 0..<12 {
                let record = try journal.create(run(), durability: .deferred)
                try journal.recordIntents(run: record.name, steps: (0..<5).map { step($0) })
                if random.chance(50) {
                    try journal.recordResults(
                        run: record.name, states: [StepResult(index: 0, state: .done)], updates: [update(round)],
                        at: time())
                }
                if random.chance(50) { try database.checkpointIfDue() }
                let reopened = try killedAndRestarted(database, as: "kill-\(round)")
                #expect(reopened.recovery == nil)
                let journals = RunJournal(reopened)
                #expect(try journals.runs(limit: 100) == journal.runs(limit: 100))
                #expect(try journals.steps(of: record.name) == journal.steps(of: record.name))
                #expect(try ResourceTable(reopened).allRows() == table.allRows())
                try reopened.close()
            }
        }
    }

    @Test(.tags(.i3)) func `a log cut at any byte gives a state that once was, with every intent before it`() throws {
        try withDatabase { database, directory in
            let journal = RunJournal(database)
            for _ in 0..<8 {
                let record = try journal.create(run(), durability: .deferred)
                try journal.recordIntents(run: record.name, steps: [step(0), step(1)])
            }
            let path = directory + "/state.db"
            let base = try #require(FileManager.default.contents(atPath: path))
            let log = try #require(FileManager.default.contents(atPath: path + "-wal"))
            var random = SeededGenerator(seed: 5)
            var newest: Int64 = 0
            let cuts = (0..<25).map { _ in Int.random(in: 0...log.count, using: &random) }.sorted()
            for (number, cut) in cuts.enumerated() {
                let copy = directory + "/cut-\(number)"
                try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
                try base.write(to: URL(fileURLWithPath: copy + "/state.db"))
                try log.prefix(cut).write(to: URL(fileURLWithPath: copy + "/state.db-wal"))
                let reopened = try HostDatabase(path: copy + "/state.db", clock: { time() })
                #expect(reopened.recovery == nil, "cut at \(cut)")
                let journals = RunJournal(reopened)
                let runs = try journals.runs(limit: 100)
                let sequence = runs.first?.sequence ?? 0
                #expect(sequence >= newest && runs.count == Int(sequence), "cut at \(cut)")
                newest = sequence
                for record in runs {
                    let steps = try journals.steps(of: record.name)
                    #expect(steps.count == 2 || (steps.isEmpty && record.sequence == sequence))
                }
                try reopened.close()
            }
        }
    }

    @Test func `a due checkpoint moves the log while commits go on`() throws {
        try withDatabase { database, directory in
            let table = ResourceTable(database)
            #expect(try !database.checkpointIfDue())
            try table.write((0..<16_000).map { update($0) })
            #expect(try database.checkpointIfDue())
            #expect(try !database.checkpointIfDue())
            let size = try #require(FileManager.default.contents(atPath: directory + "/state.db")).count
            #expect(size > 1 << 20)
            try table.write([update(1)], durability: .synced)
            #expect(try table.count() == 16_000)
        }
    }

    @Test func `a state directory that cannot be written is named`() throws {
        let error = #expect(throws: StoreError.self) { try HostDatabase(path: "/proc/aetheredge/state.db") }
        #expect(error?.message.contains("/proc/aetheredge") == true)
    }
}
