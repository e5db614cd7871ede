import Synchronization

/// An object of Rego: values under keys of any kind, a value type, found by hash and listed in OPA's order.
public struct RegoObject: Sendable {
    var storage: RegoObjectStorage

    /// Makes an empty object.
    public init() { storage = RegoObjectStorage.empty }

    /// Makes an empty object with room.
    public init(reservingCapacity capacity: Int) {
        storage = RegoObjectStorage(keys: [], values: [], table: RegoTable(), isSorted: true, depth: 1)
        storage.reserve(capacity)
    }

    /// Makes an object of entries, where a later one replaces an earlier one of the same key.
    public init(_ entries: some Sequence<(key: RegoValue, value: RegoValue)>) {
        self.init(reservingCapacity: entries.underestimatedCount)
        for (key, value) in entries { insert(key, value) }
    }

    /// The value under a key, or nil.
    @inline(__always)
    public subscript(key: RegoValue) -> RegoValue? {
        let storage = self.storage
        guard let position = storage.table.find(hash: key.hash64, in: storage.keys, key) else { return nil }
        return storage.values[position]
    }

    /// The value under a string, or nil.
    public subscript(key: String) -> RegoValue? { self[.string(RegoString(key))] }

    /// Puts a value under a key and answers what stood there.
    @discardableResult
    public mutating func insert(_ key: RegoValue, _ value: RegoValue) -> RegoValue? {
        makeUnique()
        return storage.insert(key, value)
    }

    /// Takes a key away and answers what stood there.
    @discardableResult
    public mutating func remove(_ key: RegoValue) -> RegoValue? {
        guard let position = storage.table.find(hash: key.hash64, in: storage.keys, key) else { return nil }
        makeUnique()
        return storage.remove(at: position)
    }

    /// The keys, in no order that means anything, together with `unorderedValues`.
    public var unorderedKeys: ContiguousArray<RegoValue> { storage.keys }

    /// The values, each at the place of its key in `unorderedKeys`.
    public var unorderedValues: ContiguousArray<RegoValue> { storage.values }

    /// The keys in order.
    public var keys: ContiguousArray<RegoValue> {
        guard let order = storage.order else { return storage.keys }
        return ContiguousArray(order.positions.map { storage.keys[$0] })
    }

    /// The values in the order of their keys.
    public var values: ContiguousArray<RegoValue> {
        guard let order = storage.order else { return storage.values }
        return ContiguousArray(order.positions.map { storage.values[$0] })
    }

    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&storage) {
            storage = storage.copy()
        } else if storage.hasOrder {
            storage = storage.takeContent()
        }
    }

    func order(_ other: RegoObject) -> Int {
        if storage === other.storage { return 0 }
        for ((leftKey, leftValue), (rightKey, rightValue)) in zip(self, other) {
            let keys = leftKey.order(rightKey)
            if keys != 0 { return keys }
            let values = leftValue.order(rightValue)
            if values != 0 { return values }
        }
        return count - other.count
    }

    mutating func drain(into pending: inout ContiguousArray<RegoValue>) {
        guard isKnownUniquelyReferenced(&storage) else { return }
        storage.drain(into: &pending)
    }
}

/// The entries of an object.
final class RegoObjectStorage: @unchecked Sendable {
    // Safety: keys, values, table and depth change only through RegoObject's mutating methods, which first make sure
    // that nobody else has the reference; hash and sorted order are atomic and set to what anybody would compute.
    // Safety: changed only while one owner holds the storage; readers on other threads see it unchanging.
    @exclusivity(unchecked) fileprivate(set) var keys: ContiguousArray<RegoValue>
    @exclusivity(unchecked) fileprivate(set) var values: ContiguousArray<RegoValue>
    @exclusivity(unchecked) fileprivate(set) var table: RegoTable
    @exclusivity(unchecked) fileprivate(set) var isSorted: Bool
    @exclusivity(unchecked) fileprivate(set) var depth: Int
    private let hash = Atomic<UInt64>(0)
    private let sorted = AtomicLazyReference<SortedOrder>()

    static let empty = RegoObjectStorage(keys: [], values: [], table: RegoTable(), isSorted: true, depth: 1)

    init(
        keys: ContiguousArray<RegoValue>, values: ContiguousArray<RegoValue>, table: RegoTable, isSorted: Bool,
        depth: Int
    ) {
        self.keys = keys
        self.values = values
        self.table = table
        self.isSorted = isSorted
        self.depth = depth
    }

    deinit {
        DeepRelease.release(&keys, depth: depth)
        DeepRelease.release(&values, depth: depth)
    }

    /// The positions in order, or nil when the entries stand in order.
    @inline(__always)
    var order: SortedOrder? {
        if isSorted { return nil }
        return sorted.load() ?? sorted.storeIfNil(SortedOrder(keys))
    }

    var hasOrder: Bool { !isSorted && sorted.load() != nil }

    var hash64: UInt64 {
        let known = hash.load(ordering: .relaxed)
        if known != 0 { return known }
        var made = RegoHash.emptyObject
        for position in keys.indices { made &+= RegoHash.mix(keys[position].hash64, values[position].hash64) }
        if made == 0 { made = 1 }
        hash.store(made, ordering: .relaxed)
        return made
    }

    func reserve(_ capacity: Int) {
        keys.reserveCapacity(capacity)
        values.reserveCapacity(capacity)
        table.rebuild(keys, capacity: capacity)
    }

    func insert(_ key: RegoValue, _ value: RegoValue) -> RegoValue? {
        hash.store(0, ordering: .relaxed)
        depth = DeepRelease.depth(DeepRelease.depth(depth, around: key), around: value)
        let keyHash = key.hash64
        if let position = table.find(hash: keyHash, in: keys, key) {
            let old = values[position]
            values[position] = value
            return old
        }
        if isSorted, let last = keys.last, last.order(key) > 0 { isSorted = false }
        keys.append(key)
        values.append(value)
        table.insert(hash: keyHash, in: keys)
        return nil
    }

    func remove(at position: Int) -> RegoValue {
        hash.store(0, ordering: .relaxed)
        keys.remove(at: position)
        let old = values.remove(at: position)
        table.rebuild(keys, capacity: keys.count)
        return old
    }

    func copy() -> RegoObjectStorage {
        RegoObjectStorage(keys: keys, values: values, table: table, isSorted: isSorted, depth: depth)
    }

    /// Moves the content to a storage that has no sorted order yet.
    func takeContent() -> RegoObjectStorage {
        let made = RegoObjectStorage(keys: [], values: [], table: RegoTable(), isSorted: isSorted, depth: depth)
        swap(&made.keys, &keys)
        swap(&made.values, &values)
        swap(&made.table, &table)
        return made
    }

    func drain(into pending: inout ContiguousArray<RegoValue>) {
        pending.append(contentsOf: keys)
        pending.append(contentsOf: values)
        keys = []
        values = []
        depth = 1
    }
}

extension RegoObject: RandomAccessCollection {
    /// The first index.
    public var startIndex: Int { 0 }

    /// One past the last index.
    public var endIndex: Int { storage.keys.count }

    /// The entry at a place in the order of keys.
    public subscript(index: Int) -> (key: RegoValue, value: RegoValue) {
        @inline(__always) get {
            let position = storage.order?.positions[index] ?? index
            return (storage.keys[position], storage.values[position])
        }
    }
}

extension RegoObject: Hashable, Comparable {
    /// Equal when both have the same keys with equal values.
    public static func == (left: RegoObject, right: RegoObject) -> Bool {
        if left.storage === right.storage { return true }
        guard left.count == right.count, left.storage.hash64 == right.storage.hash64 else { return false }
        let keys = left.storage.keys
        for position in keys.indices where right[keys[position]] != left.storage.values[position] { return false }
        return true
    }

    /// Ordered by the entries in the order of keys, the shorter first.
    public static func < (left: RegoObject, right: RegoObject) -> Bool { left.order(right) < 0 }

    /// Adds the hash of the entries.
    public func hash(into hasher: inout Hasher) { hasher.combine(storage.hash64) }
}
