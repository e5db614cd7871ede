public import Model
import Synchronization

/// A host's objects as its own controllers see them: those in the fleet's database, and while that does not answer,
/// those that were seen last, so that the host is kept in its state meanwhile.
///
/// While it is away, reads of kinds that the controllers need come from the state database, and writes of `absorbed`
/// kinds go there, to be told to the fleet's database when it is back, each object once, as it is then. Everything else
/// throws `.unavailable` at once. Nobody but the host's own controllers writes what is absorbed. Clients of the API do
/// not read through this: what they are shown is never old.
public final class RememberingObjectStore: ObjectStore {
    /// How long an attempt to come back waits after the one before.
    private static let attemptInterval = Duration.seconds(5)
    /// So many Events wait to be told; the oldest are given up.
    private static let eventLimit = 1_000

    private let primary: any ObjectStore
    private let memory: ObjectMemory
    private let rules: ObjectWriteRules
    private let kept: Set<KindName>
    private let absorbed: Set<KindName>
    private let state: Mutex<RememberingState>
    private let latest = Mutex<[KindName: ResourceVersion]>([:])
    private let left = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    private let sleep: @Sendable (Duration) async throws -> Void
    private let told = AsyncStream.makeStream(of: WatchEvent.self, bufferingPolicy: .bufferingNewest(1_024))

    /// What was absorbed, for those who would watch it.
    ///
    /// Read by one task only; the oldest of very many are left out.
    public var absorptions: AsyncStream<WatchEvent> { told.stream }

    /// Remembers objects of the `kept` kinds of another store in a state database.
    public init(
        _ primary: any ObjectStore, memory database: HostDatabase, kept: Set<KindName>, absorbed: Set<KindName>,
        clock: some Clock<Duration> = ContinuousClock(), wallTime: @escaping @Sendable () -> WallTime = systemWallTime,
        identifier: @escaping @Sendable () -> String = randomIdentifier
    ) {
        self.primary = primary
        self.kept = kept
        self.absorbed = absorbed
        memory = ObjectMemory(database)
        rules = ObjectWriteRules(clock: wallTime, identifier: identifier)
        state = Mutex(RememberingState(eventKind: EventKind.descriptor.kind, eventLimit: Self.eventLimit))
        sleep = { try await clock.sleep(for: $0) }
    }

    /// Why the other store is not used at the moment; nil while it is.
    public var outage: StoreError? { state.withLock { $0.reason } }

    /// Tries to come back whenever the other store is away, until it is cancelled.
    ///
    /// `whenAway` and `whenBack` tell of it.
    public func run(
        whenAway: @Sendable (StoreError) -> Void, whenBack: @Sendable () async -> Void
    ) async throws {
        for await _ in left.stream {
            guard let reason = outage else { continue }
            whenAway(reason)
            var isBack = false
            while !isBack {
                try await sleep(Self.attemptInterval)
                isBack = try await comeBack()
            }
            await whenBack()
        }
        try Task.checkCancellation()
    }

    /// The object with a key; throws `.notFound`.
    public func object(_ key: ObjectKey) async throws -> APIObject {
        try await reading(key.kind) {
            do {
                let object = try await primary.object(key)
                if kept.contains(key.kind) { try await memory.remember(object) }
                return object
            } catch let error as StoreError where error.code == .notFound && kept.contains(key.kind) {
                try await memory.forget(key)
                throw error
            }
        } remembered: {
            try await memory.object(key)
        }
    }

    /// A page of the objects of a kind in the order of their names.
    public func objects(of kind: KindName, limit: Int?, after name: String?) async throws -> ObjectList {
        try await reading(kind) {
            let page = try await primary.objects(of: kind, limit: limit, after: name)
            if kept.contains(kind) { try await memory.remember(page, of: kind, after: name) }
            return page
        } remembered: {
            try await memory.objects(of: kind, limit: limit, after: name)
        }
    }

    /// How many objects of a kind follow a name.
    public func count(of kind: KindName, after name: String?) async throws -> Int {
        try await reading(kind) {
            try await primary.count(of: kind, after: name)
        } remembered: {
            try await memory.count(of: kind, after: name)
        }
    }

    /// The version of the last change of a kind; while the other store is away, the last that was seen.
    public func latestVersion(of kind: KindName) async throws -> ResourceVersion {
        try await reading(kind) {
            let version = try await primary.latestVersion(of: kind)
            latest.withLock { $0[kind] = version }
            return version
        } remembered: {
            latest.withLock { $0[kind] ?? ResourceVersion(0) }
        }
    }

    /// The changes of a kind after a version; throws `.unavailable` while the other store is away.
    public func watch(
        _ kind: KindName, after version: ResourceVersion
    ) async throws -> AsyncThrowingStream<WatchEvent, any Error> {
        if let outage { throw outage }
        do { return try await primary.watch(kind, after: version) } catch let error as StoreError {
            if error.code == .unavailable { leave(error) }
            throw error
        }
    }

    /// Stores a new object.
    public func create(_ object: APIObject, durability: Durability) async throws -> APIObject {
        try await writing(object.kind) {
            let created = try await primary.create(object, durability: durability)
            if kept.contains(object.kind) { try await memory.remember(created) }
            return created
        } absorbed: { error in
            var draft = try rules.draft(of: object)
            if draft.metadata.name.isEmpty { draft.metadata.name = try rules.generatedName(for: draft) { _ in true } }
            do {
                _ = try await memory.object(draft.key)
                throw ObjectWriteRules.alreadyExists(draft.key)
            } catch let error as StoreError where error.code == .notFound {
                // Free, as far as is remembered.
            }
            try await absorb(draft, .store(.all), error)
            return draft
        }
    }

    /// Replaces a part of an object.
    public func update(_ object: APIObject, part: ObjectPart, durability: Durability) async throws -> APIObject {
        try await writing(object.kind) {
            let updated = try await primary.update(object, part: part, durability: durability)
            if kept.contains(object.kind) { try await memory.remember(updated) }
            return updated
        } absorbed: { error in
            let stored = try await memory.object(object.key)
            switch try rules.updated(stored, with: object, part: part) {
            case .unchanged(let object): return object
            case .changed(let object):
                try await absorb(object, .store(part == .status ? .status : .all), error)
                return object
            case .removed(let object):
                try await absorb(deletionOf: object, error)
                return object
            }
        }
    }

    /// Deletes an object.
    public func delete(_ key: ObjectKey, precondition: ResourceVersion?) async throws -> APIObject {
        try await writing(key.kind) {
            let deleted = try await primary.delete(key, precondition: precondition)
            if kept.contains(key.kind) { try await memory.forget(key) }
            return deleted
        } absorbed: { error in
            let stored = try await memory.object(key)
            try await absorb(deletionOf: stored, error)
            return stored
        }
    }
}

extension RememberingObjectStore {
    private func reading<Result>(
        _ kind: KindName, _ body: () async throws -> Result, remembered: () async throws -> Result
    ) async throws -> Result {
        if outage == nil {
            do { return try await body() } catch let error as StoreError where error.code == .unavailable {
                leave(error)
            }
        }
        guard kept.contains(kind) || absorbed.contains(kind) else { throw outage ?? Self.away }
        return try await remembered()
    }

    private func writing(
        _ kind: KindName, _ body: () async throws -> APIObject, absorbed absorb: (StoreError) async throws -> APIObject
    ) async throws -> APIObject {
        if outage == nil {
            do { return try await body() } catch let error as StoreError where error.code == .unavailable {
                leave(error)
            }
        }
        let error = outage ?? Self.away
        guard absorbed.contains(kind) else { throw error }
        return try await absorb(error)
    }

    private func absorb(_ object: APIObject, _ duty: RememberingState.Duty, _ error: StoreError) async throws {
        try await memory.overwrite(object)
        try await note(duty, for: object.key, error)
        told.continuation.yield(.modified(object))
    }

    private func absorb(deletionOf object: APIObject, _ error: StoreError) async throws {
        try await memory.forget(object.key)
        try await note(.delete, for: object.key, error)
        told.continuation.yield(.deleted(object))
    }

    private func note(_ duty: RememberingState.Duty, for key: ObjectKey, _ error: StoreError) async throws {
        let givenUp = state.withLock { $0.add(duty, for: key, error: error) }
        left.continuation.yield()
        if let givenUp { try await memory.forget(givenUp) }
    }

    private func leave(_ error: StoreError) {
        if state.withLock({ $0.leave(error) }) { left.continuation.yield() }
    }

    /// Tells the other store everything that it missed; false when it still does not answer.
    private func comeBack() async throws -> Bool {
        do {
            _ = try await primary.latestVersion(of: EventKind.descriptor.kind)
            while true {
                while let (key, duty) = state.withLock({ $0.takeFirst() }) {
                    do { try await fulfil(duty, key) } catch let error as StoreError where error.code == .unavailable {
                        _ = state.withLock { $0.add(duty, for: key, error: error) }
                        return false
                    } catch is StoreError {
                        // It cannot be stored as it is: the next pass of its controller says what holds then.
                    }
                }
                if state.withLock({ $0.comeBack() }) { return true }
            }
        } catch let error as StoreError where error.code == .unavailable {
            return false
        }
    }

    private func fulfil(_ duty: RememberingState.Duty, _ key: ObjectKey) async throws {
        switch duty {
        case .delete:
            do { _ = try await primary.delete(key, precondition: nil) } catch let error as StoreError {
                guard error.code == .notFound else { throw error }
            }
        case .store(let part):
            var object = try await memory.object(key)
            object.metadata.resourceVersion = nil
            object.metadata.uid = nil
            var stored: APIObject
            do { stored = try await primary.update(object, part: part, durability: .synced) } catch let error
                as StoreError
            {
                guard error.code == .notFound else { throw error }
                stored = try await primary.create(object, durability: .synced)
            }
            if kept.contains(key.kind) { try await memory.remember(stored) } else { try await memory.forget(key) }
        }
    }

    private static var away: StoreError {
        StoreError(.unavailable, "the fleet's database does not answer; try again")
    }
}
