public import Model

/// Reads API objects of some kinds.
///
/// Lists come in the order of `ObjectKey`.
public protocol ObjectReading: Sendable {
    /// The object with a key; throws `.notFound`.
    func object(_ key: ObjectKey) async throws -> APIObject

    /// The object with a key; nil while it has a version that the caller knows. Throws `.notFound`. The default reads
    /// it all the same.
    func object(_ key: ObjectKey, unless known: ResourceVersion) async throws -> APIObject?

    /// All objects of a kind at one point of history, and that point. With `limit`, a page: continue after
    /// `ObjectList.next`; pages of one list are consistent only as far as the kind did not change in between, which
    /// the caller sees by the version. `page(of:limit:after:at:)` gives pages that belong together.
    func objects(of kind: KindName, limit: Int?, after name: String?) async throws -> ObjectList

    /// A page of a list whose pages all show one point of history: nil reads the newest, and its version reads the
    /// pages after it as they were then. Throws `.expired` for a version whose state is no longer held. The default
    /// holds it until the kind changes.
    func page(
        of kind: KindName, limit: Int, after name: String?, at version: ResourceVersion?
    ) async throws -> ObjectList

    /// How many objects of a kind follow a name in the order of lists. The default reads them all: a backend counts.
    func count(of kind: KindName, after name: String?) async throws -> Int

    /// The version of the last change of a kind, deletions among them: while it stays, nothing changed.
    func latestVersion(of kind: KindName) async throws -> ResourceVersion

    /// Where the store stands: what was read at a mark is still so while the mark stays.
    ///
    /// Nil while a change is being committed, and where changes are made by others too.
    var mark: ReadMark? { get }

    /// The changes of a kind after a version, from the bounded window of history: in order, each once. Throws
    /// `.expired` when the window no longer reaches back to it; the stream throws `.expired` when the watcher fell
    /// behind by more than its buffer (a slow watcher is dropped, not waited for). Cancelling ends the stream.
    func watch(_ kind: KindName, after version: ResourceVersion) async throws -> AsyncThrowingStream<
        WatchEvent, any Error
    >
}

extension ObjectReading {
    /// Without knowledge of every change nothing may be kept.
    public var mark: ReadMark? { nil }

    /// The object with a key; nil while it has a version that the caller knows.
    public func object(_ key: ObjectKey, unless known: ResourceVersion) async throws -> APIObject? {
        let object = try await object(key)
        return object.metadata.resourceVersion == known ? nil : object
    }

    /// A page of a list; of an older version while the kind has not changed since.
    public func page(
        of kind: KindName, limit: Int, after name: String?, at version: ResourceVersion?
    ) async throws -> ObjectList {
        var page = try await objects(of: kind, limit: limit, after: name)
        guard let version else { return page }
        guard page.version >= version, try await latestVersion(of: kind) <= version else {
            throw ObjectHistory.expiry(of: kind, version)
        }
        page.version = version
        return page
    }

    /// How many objects of a kind follow a name.
    public func count(of kind: KindName, after name: String?) async throws -> Int {
        var count = 0
        var next = name
        repeat {
            let page = try await objects(of: kind, limit: 500, after: next)
            count += page.items.count
            next = page.next
        } while next != nil
        return count
    }
}

/// A point in the life of a store within one process.
public struct ReadMark: Sendable, Hashable {
    let value: UInt64
}

/// Stores API objects of one partition with optimistic concurrency.
///
/// Every write is one transaction that raises the partition's version by one and appends to the watch history. A write
/// that returned is durable as its `Durability` says. A write that threw changed nothing, except `.unavailable`, after
/// which the caller must read to know.
public protocol ObjectStore: ObjectReading {
    /// Stores a new object; sets uid, generation 1, creation time and version. Throws `.alreadyExists`.
    func create(_ object: APIObject, durability: Durability) async throws -> APIObject

    /// Replaces an object whose stored version equals `metadata.resourceVersion` (nil: whatever is stored). Raises
    /// `generation` when `spec` differs. With `.status` only `status` is taken, with `.spec` everything but `status`.
    /// `metadata.managedFields` is taken with every part: nil leaves what is stored, an empty list removes it, and an
    /// entry without a time gets that of the write. An update that changes nothing stores nothing. Throws `.notFound`,
    /// `.conflict`.
    func update(_ object: APIObject, part: ObjectPart, durability: Durability) async throws -> APIObject

    /// Deletes an object: sets `deletionTimestamp` while finalizers remain, removes it otherwise. Throws `.notFound`,
    /// `.conflict` when `precondition` is another version.
    func delete(_ key: ObjectKey, precondition: ResourceVersion?) async throws -> APIObject
}

/// Which part of an object an update writes.
public enum ObjectPart: Sendable, Hashable {
    case spec
    case status
    case all
}

/// What survives a power cut.
public enum Durability: Sendable, Hashable {
    /// Synced before the call returns.
    case synced
    /// Whole and in order after a crash of the daemon; the last writes may be missing after a power cut.
    case deferred
}

/// Objects of one kind at one point of history.
public struct ObjectList: Sendable {
    /// The objects.
    public var items: [APIObject]
    /// The point of history; a watch after it misses nothing.
    public var version: ResourceVersion
    /// The name to continue after; nil on the last page.
    public var next: String?

    /// Makes a list.
    public init(items: [APIObject], version: ResourceVersion, next: String? = nil) {
        self.items = items
        self.version = version
        self.next = next
    }
}

/// A change of an object.
public enum WatchEvent: Sendable, Hashable {
    case added(APIObject)
    case modified(APIObject)
    case deleted(APIObject)
    /// Nothing changed up to this version.
    case bookmark(ResourceVersion)
}
