public import Model
public import Store
import Synchronization
import TestSupport

/// Clients that write, read and watch objects of one kind at once, while a test does what it likes to the server.
public struct HistoryLoad: Sendable {
    /// How many of what.
    public struct Size: Sendable {
        /// The objects that are written.
        public var objects: Int
        /// Tasks that write, each so often.
        public var writers: Int
        /// Tasks that read until the writers are done.
        public var readers: Int
        /// Tasks that watch until they have seen the last write.
        public var watchers: Int

        /// Describes a load.
        public init(objects: Int = 5, writers: Int = 4, readers: Int = 2, watchers: Int = 3) {
            self.objects = objects
            self.writers = writers
            self.readers = readers
            self.watchers = watchers
        }
    }

    private let kind: KindName
    private let size: Size
    private let seed: UInt64
    private let template: @Sendable (_ name: String, _ number: Int64) -> APIObject
    private let recorder = HistoryRecorder()
    private let isOver = Flag()

    /// Something that becomes true once.
    private final class Flag: Sendable {
        private let value = Atomic<Bool>(false)
        var isSet: Bool { value.load(ordering: .acquiring) }
        func set() { value.store(true, ordering: .releasing) }
    }

    /// Describes a load; an object holds its number in an annotation, so any kind will do.
    public init(
        _ kind: KindName, size: Size, seed: UInt64,
        template: @escaping @Sendable (_ name: String) -> APIObject
    ) {
        self.kind = kind
        self.size = size
        self.seed = seed
        self.template = { name, number in
            var object = template(name)
            object.metadata.annotations = ["example.org/number": "\(number)"]
            return object
        }
    }

    /// How many writes were acknowledged so far.
    public var acknowledgedCount: Int { recorder.acknowledgedCount }

    /// Runs the clients, each with a store that `connect` makes for it, until the faults are over, and gives what they
    /// did and saw.
    public func run(
        connect: @escaping @Sendable () throws -> any ObjectStore, faults: () async throws -> Void
    ) async throws -> History {
        let store = try connect()
        for number in 0..<size.objects {
            _ = try await insist { try await store.create(template("object-\(number)", 0), durability: .synced) }
        }
        try await withThrowingTaskGroup(of: Void.self) { clients in
            try await withThrowingTaskGroup(of: Void.self) { writers in
                for index in 0..<size.watchers { clients.addTask { try await watch(connect(), index) } }
                for index in 0..<size.readers { clients.addTask { try await read(connect(), index) } }
                for index in 0..<size.writers { writers.addTask { try await write(connect(), index) } }
                do { try await faults() } catch {
                    isOver.set()
                    throw error
                }
                isOver.set()
                try await writers.waitForAll()
            }
            // The last write of all: who has seen it has seen everything.
            _ = try await insist { try await store.create(template(Self.lastName, 0), durability: .synced) }
            try await clients.waitForAll()
        }
        for number in 0..<size.objects {
            let object = try await insist { try await store.object(key("object-\(number)")) }
            let change = Self.change(object)
            recorder.add { $0.final.append(change) }
        }
        return recorder.history
    }

    private static let lastName = "zz-last"

    private func key(_ name: String) -> ObjectKey { ObjectKey(kind: kind, name: name) }

    /// Repeats what the server does not answer; `.alreadyExists` then means that it was done.
    private func insist(_ body: () async throws -> APIObject) async throws -> APIObject {
        while true {
            do { return try await body() } catch let error as StoreError where error.code == .unavailable {
                await Task.yield()
            } catch let error as StoreError where error.code == .alreadyExists {
                return template("", 0)
            }
        }
    }

    private func write(_ store: any ObjectStore, _ index: Int) async throws {
        var random = SeededGenerator(seed: seed &+ UInt64(index) &* 7_919)
        while !isOver.isSet {
            let name = "object-\(Int.random(in: 0..<size.objects, using: &random))"
            guard var object = try await look(store, name) else { continue }
            let before = Self.change(object)
            object.metadata.annotations = ["example.org/number": "\(before.number + 1)"]
            let begin = recorder.tick()
            let outcome: History.Outcome
            do {
                let updated = try await store.update(object, part: .all, durability: .synced)
                outcome = .acknowledged(updated.metadata.resourceVersion?.value ?? 0)
            } catch let error as StoreError where error.code == .conflict {
                outcome = .refused
            } catch let error as StoreError where error.code == .unavailable {
                outcome = .unknown
            }
            let end = recorder.tick()
            recorder.add {
                $0.writes.append(
                    History.Write(
                        name: name, number: before.number + 1, predecessor: before.version, begin: begin, end: end,
                        outcome: outcome))
            }
        }
    }

    private func read(_ store: any ObjectStore, _ index: Int) async throws {
        var random = SeededGenerator(seed: seed &+ 1_000_003 &+ UInt64(index))
        while !isOver.isSet {
            _ = try await look(store, "object-\(Int.random(in: 0..<size.objects, using: &random))")
        }
    }

    /// A read, recorded; nil when the server did not answer.
    private func look(_ store: any ObjectStore, _ name: String) async throws -> APIObject? {
        let begin = recorder.tick()
        do {
            let object = try await store.object(key(name))
            let (end, found) = (recorder.tick(), Self.change(object))
            recorder.add {
                $0.reads.append(
                    History.Read(
                        name: name, number: found.number, version: found.version, begin: begin, end: end))
            }
            return object
        } catch let error as StoreError where error.code == .unavailable {
            await Task.yield()
            return nil
        }
    }

    /// Watches from a list on, and from the last version that came after each loss; an expired watch begins anew.
    private func watch(_ store: any ObjectStore, _ index: Int) async throws {
        var watch: History.Watch?
        var isDone = false
        while !isDone {
            do {
                if watch == nil {
                    let list = try await store.objects(of: kind, limit: nil, after: nil)
                    isDone = list.items.contains { $0.metadata.name == Self.lastName }
                    watch = History.Watch(start: list.version.value, changes: [])
                    if isDone { break }
                }
                let version = ResourceVersion(watch?.changes.last?.version ?? watch?.start ?? 0)
                for try await event in try await store.watch(kind, after: version) {
                    guard case .modified(let object) = event else {
                        if case .added(let object) = event, object.metadata.name == Self.lastName {
                            isDone = true
                            break
                        }
                        continue
                    }
                    watch?.changes.append(Self.change(object))
                }
            } catch let error as StoreError where error.code == .expired {
                if let whole = watch { recorder.add { $0.watches.append(whole) } }
                watch = nil
            } catch let error as StoreError where error.code == .unavailable {
                await Task.yield()
            }
        }
        if let whole = watch { recorder.add { $0.watches.append(whole) } }
    }

    private static func change(_ object: APIObject) -> History.Change {
        History.Change(
            name: object.metadata.name,
            number: object.metadata.annotations?["example.org/number"].flatMap { Int64($0) } ?? -1,
            version: object.metadata.resourceVersion?.value ?? 0)
    }
}
