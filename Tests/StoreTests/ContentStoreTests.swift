import FoundationEssentials
import Model
import Store
import TestSupport
import Testing

@Suite struct ContentStoreTests {
    private func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    private func withContent(
        _ limits: ContentLimits = .standard, _ body: (ContentStore, HostDatabase, _ directory: String) throws -> Void
    ) throws {
        try withDatabase { database, directory in
            let store = try ContentStore(database, directory: directory + "/content", limits: limits)
            try body(store, database, directory)
        }
    }

    private func version(_ content: DeclaredContent, _ second: Int64, of number: Int = 1, run: String = "run-1")
        -> RetainedVersion
    {
        RetainedVersion(
            resource: fileID(number), path: fileID(number).identity, time: time(second), content: content,
            metadata: FileMetadata(owner: 0, group: 0, mode: 0o600), run: run)
    }

    private func files(_ directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory + "/content").sorted()
    }

    @Test(arguments: [0, 1, 255, 256, 257, 16_383, 16_384, 16_385, 65_536, 1_000_003])
    func `bytes of any length come back, compressible or not`(count: Int) throws {
        try withContent { store, _, _ in
            for bytes in [bytes(count, seed: 7), [UInt8](repeating: 65, count: count)] {
                let content = try store.put(bytes)
                #expect(content == DeclaredContent(digest: ContentDigest(hashing: bytes), size: Int64(count)))
                #expect(try store.bytes(content.digest, limit: count) == bytes)
                #expect(try store.contains(content.digest))
                if count > 0 {
                    #expect(try code { try store.bytes(content.digest, limit: count - 1) } == .invalid)
                }
            }
        }
    }

    @Test func `a blob that comes in pieces is the blob of their sum`() throws {
        try withContent { store, _, directory in
            let whole = bytes(300_000, seed: 3)
            var writer = store.writer()
            for start in stride(from: 0, to: whole.count, by: 7_001) {
                try writer.append(Array(whole[start..<min(start + 7_001, whole.count)]))
            }
            let content = try writer.finish()
            #expect(content.digest == ContentDigest(hashing: whole))
            #expect(try store.put(whole) == content)
            #expect(try files(directory) == [content.digest.hex])
            #expect(try store.usage().blobs == 1)
        }
    }

    @Test func `a writer that is dropped leaves nothing behind`() throws {
        try withContent { store, database, directory in
            do {
                var writer = store.writer()
                try writer.append(bytes(100_000, seed: 1))
                #expect(try files(directory).count == 1)
            }
            #expect(try files(directory).isEmpty)
            // What a crash left is removed by the next start.
            try Data().write(to: URL(fileURLWithPath: directory + "/content/.new-9"))
            _ = try ContentStore(database, directory: directory + "/content")
            #expect(try files(directory).isEmpty)
        }
    }

    @Test func `what is not there is missing, what is there is not`() throws {
        try withContent { store, _, _ in
            let here = try store.put(all: [[1], [2], [3], bytes(40_000, seed: 5)])
            let gone = ContentDigest(hashing: "never stored")
            #expect(try store.missing(of: here.map(\.digest) + [gone]) == [gone])
            #expect(try code { try store.bytes(gone, limit: 10) } == .notFound)
        }
    }

    @Test(.tags(.i4)) func `a damaged file is found out, counts as absent, and is mended by the next put`() throws {
        try withContent { store, _, directory in
            let whole = bytes(100_000, seed: 9)
            let content = try store.put(whole)
            let path = directory + "/content/" + content.digest.hex
            let file = try #require(FileManager.default.contents(atPath: path))
            for damaged in [
                file.dropLast(10), Data(file.enumerated().map { $0 == 50_000 ? ~$1 : $1 }), Data(), file + [1],
            ] {
                try Data(damaged).write(to: URL(fileURLWithPath: path))
                #expect(try code { try store.bytes(content.digest, limit: 1 << 20) } == .corrupt)
                #expect(try !store.contains(content.digest))
                #expect(try store.put(whole) == content)
                #expect(try store.bytes(content.digest, limit: 1 << 20) == whole)
            }
            try FileManager.default.removeItem(atPath: path)
            #expect(try code { try store.bytes(content.digest, limit: 1 << 20) } == .corrupt)
            #expect(try store.usage().blobs == 1)
        }
    }

    @Test func `nothing is collected before a whole interval went by, and then only what nobody needs`() throws {
        try withContent { store, _, directory in
            let large = try store.put(bytes(50_000, seed: 1))
            let small = try store.put([1, 2, 3])
            #expect(try store.collectGarbage(now: time()).blobs == 0)
            let fresh = try store.put([4, 5, 6])
            #expect(try store.contains(small.digest))
            let second = try store.collectGarbage(now: time())
            #expect(second.blobs == 1)
            #expect(try store.missing(of: [large, small, fresh].map(\.digest)) == [large.digest])
            #expect(try files(directory).isEmpty)
            #expect(try store.collectGarbage(now: time()).blobs == 0)
            #expect(try store.collectGarbage(now: time()).blobs == 2)
            #expect(try store.usage() == ContentUsage(blobs: 0, storedBytes: 0, versions: 0))
        }
    }

    @Test(.tags(.i4)) func `what an unsettled run, a generation, a row or an owner needs is never collected`() throws {
        try withContent { store, database, _ in
            let journal = RunJournal(database)
            let contents = try store.put(all: (0..<7).map { [UInt8($0), 1] })
            let steps = [
                StepRecord(
                    index: 0, resource: fileID(0),
                    operation: .writeFile(path: "/a", content: contents[0], metadata: FileMetadata()),
                    undo: UndoRecord(
                        before: .directory(
                            metadata: FileMetadata(), attributes: [],
                            entries: [NamedState(name: "x", state: fileBefore(contents[1].digest))])))
            ]
            let record = try journal.create(run())
            try journal.recordIntents(run: record.name, steps: steps)
            var declared = declaration(2)
            declared.attributes = .unit(UnitAttributes(dropIns: ["10.conf": contents[2]]))
            _ = try GenerationTable(database).insert(
                GenerationRecord(
                    number: 0, commit: CommitDescription(commit: "c0ffee"), resources: [declared], state: .candidate,
                    createdTime: time()))
            let unit = StateBefore.unit(
                UnitBefore(
                    activeState: "active", unitFileState: "",
                    files: [NamedState(name: "w.service", state: fileBefore(contents[6].digest))]))
            try ResourceTable(database).write([
                update(3, before: .first(fileBefore(contents[3].digest))), update(4, before: .first(unit)),
            ])
            try store.pin([contents[4].digest], owner: "compile")
            for _ in 0..<3 { try store.collectGarbage(now: time()) }
            #expect(try store.missing(of: contents.map(\.digest)) == [contents[5].digest])
            try journal.transition(run: record.name, to: .succeeded, time: time(), durability: .deferred)
            try store.unpin(owner: "compile")
            for _ in 0..<3 { try store.collectGarbage(now: time()) }
            #expect(
                try Set(store.missing(of: contents.map(\.digest))) == Set([0, 1, 4, 5].map { contents[$0].digest }))
        }
    }

    @Test(.tags(.i4)) func `replaced bytes stay recoverable until their retention ends`() throws {
        try withContent(ContentLimits(byteCap: 1 << 20, resourceQuota: 1 << 20, retention: .seconds(100))) {
            store, _, _ in
            let contents = try store.put(all: [[1], [2]])
            let versions = [version(contents[0], 10), version(contents[1], 50, run: "run-2")]
            for version in versions { try store.retain(version) }
            try store.retain(versions[0])
            #expect(try store.versions(of: fileID(1)) == versions.reversed())
            for _ in 0..<3 { try store.collectGarbage(now: time(100)) }
            #expect(try store.missing(of: contents.map(\.digest)).isEmpty)
            #expect(try store.collectGarbage(now: time(115)).versions == 1)
            for _ in 0..<3 { try store.collectGarbage(now: time(115)) }
            #expect(try store.versions(of: fileID(1)) == [versions[1]])
            #expect(try store.missing(of: contents.map(\.digest)) == [contents[0].digest])
        }
    }

    @Test(.tags(.i8)) func `a resource above its quota loses middle versions, never its first and last`() throws {
        try withContent(ContentLimits(byteCap: 1 << 30, resourceQuota: 1_000, retention: .seconds(100))) {
            store, _, _ in
            var contents: [DeclaredContent] = []
            for index in 0..<10 {
                let content = try store.put(bytes(300, seed: UInt64(index)))
                try store.retain(version(content, Int64(index), run: "run-\(index)"))
                contents.append(content)
            }
            let kept = try store.versions(of: fileID(1)).map(\.content)
            #expect(kept == [9, 8, 0].map { contents[$0] })
            let huge = try store.put(bytes(5_000, seed: 99))
            try store.retain(version(huge, 11, run: "run-11"))
            #expect(try store.versions(of: fileID(1)).map(\.content) == [huge, contents[0]])
        }
    }

    @Test(.tags(.i8)) func `a full store gives up contested versions first, then refuses, and frees on settling`()
        throws
    {
        try withContent(ContentLimits(byteCap: 10_000, resourceQuota: 1 << 20, retention: .seconds(100))) {
            store, database, _ in
            var contents: [DeclaredContent] = []
            for index in 0..<8 {
                contents.append(try store.put(bytes(1_000, seed: UInt64(index))))
                try store.retain(version(contents[index], Int64(index), run: "run-\(index)"))
            }
            let journal = RunJournal(database)
            let record = try journal.create(run())
            try journal.recordIntents(
                run: record.name, steps: [step(0, before: fileBefore(contents[1].digest, size: 1_000))])
            try store.collectGarbage(now: time())
            // Room for four more: the middle versions go, but for the one that the run needs.
            for index in 20..<26 { try store.pin([store.put(bytes(1_000, seed: UInt64(index))).digest], owner: "x") }
            let kept = try store.versions(of: fileID(1)).map(\.content)
            #expect(kept.first == contents[7] && kept.last == contents[0])
            #expect(try store.bytes(contents[1].digest, limit: 1_000).count == 1_000)
            #expect(try code { try store.put(bytes(5_000, seed: 50)) } == .full)
            #expect(try code { try store.put(bytes(50_000, seed: 51)) } == .full)
            #expect(try store.usage().storedBytes <= 10_000)
            // What is there needs no room.
            #expect(try store.put(bytes(1_000, seed: 0)) == contents[0])
            try store.unpin(owner: "x")
            try store.collectGarbage(now: time())
            _ = try store.put(bytes(5_000, seed: 50))
        }
    }

    @Test func `a file without a row is removed, unless a writer is about to give it one`() throws {
        try withContent { store, _, directory in
            let content = try store.put(bytes(50_000, seed: 2))
            let orphan = directory + "/content/" + ContentDigest(hashing: "orphan").hex
            try Data([1, 2, 3]).write(to: URL(fileURLWithPath: orphan))
            try store.collectGarbage(now: time())
            #expect(try files(directory) == [content.digest.hex])
        }
    }

    @Test(.tags(.i4)) func `deferred undo bytes are durable with the intents that refer to them`() throws {
        let database = try HostDatabase.inMemory(losesUnsyncedWrites: true)
        let store = try ContentStore(database, directory: nil)
        let journal = RunJournal(database)
        let content = try store.put([1, 2, 3])
        let record = try journal.create(run(), durability: .deferred)
        try journal.recordIntents(
            run: record.name, steps: [step(0, before: fileBefore(content.digest))],
            retaining: [version(content, 1, run: record.name)])
        let later = try store.put([4, 5, 6])
        try database.cutPower()
        #expect(try store.bytes(content.digest, limit: 3) == [1, 2, 3])
        #expect(try store.versions(of: fileID(1)).map(\.content) == [content])
        #expect(try !store.contains(later.digest))
    }

    @Test func `many threads put the same and other bytes at once`() async throws {
        try await withDatabase { database, directory in
            let store = try ContentStore(database, directory: directory + "/content")
            let same = bytes(60_000, seed: 1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<6 {
                    group.addTask {
                        for round in 0..<5 {
                            let content = try store.put(same)
                            #expect(try store.bytes(content.digest, limit: 1 << 20) == same)
                            _ = try store.put([UInt8(index), UInt8(round)])
                        }
                    }
                }
                group.addTask { for _ in 0..<5 { try store.collectGarbage(now: time()) } }
                try await group.waitForAll()
            }
        }
    }
}
