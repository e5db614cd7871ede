import Synchronization

/// A set of Rego: a value type, found by hash and listed in OPA's order.
public struct RegoSet: Sendable {
    var storage: RegoSetStorage

    /// Makes an empty set.
    public init() { storage = RegoSetStorage.empty }

    /// Makes an empty set with room.
    public init(reservingCapacity capacity: Int) {
        storage = RegoSetStorage(members: [], table: RegoTable(), isSorted: true, depth: 1)
        storage.reserve(capacity)
    }

    /// Makes a set of values.
    public init(_ members: some Sequence<RegoValue>) {
        self.init(reservingCapacity: members.underestimatedCount)
        for member in members { insert(member) }
    }

    /// True when the value is in the set.
    @inline(__always)
    public func contains(_ member: RegoValue) -> Bool {
        let storage = self.storage
        return storage.table.find(hash: member.hash64, in: storage.members, member) != nil
    }

    /// Adds a value and says whether it is new.
    @discardableResult
    public mutating func insert(_ member: RegoValue) -> Bool {
        if !isKnownUniquelyReferenced(&storage) {
            if contains(member) { return false }
            storage = storage.copy()
        } else if storage.hasOrder {
            storage = storage.takeContent()
        }
        return storage.insert(member)
    }

    /// Takes a value away and says whether it was there.
    @discardableResult
    public mutating func remove(_ member: RegoValue) -> Bool {
        guard let position = storage.table.find(hash: member.hash64, in: storage.members, member) else { return false }
        if !isKnownUniquelyReferenced(&storage) {
            storage = storage.copy()
        } else if storage.hasOrder {
            storage = storage.takeContent()
        }
        storage.remove(at: position)
        return true
    }

    /// The members, in no order that means anything.
    public var unordered: ContiguousArray<RegoValue> { storage.members }

    /// The members in order.
    public var sorted: ContiguousArray<RegoValue> {
        guard let order = storage.order else { return storage.members }
        return ContiguousArray(order.positions.map { storage.members[$0] })
    }

    func order(_ other: RegoSet) -> Int {
        if storage === other.storage { return 0 }
        for (left, right) in zip(self, other) {
            let order = left.order(right)
            if order != 0 { return order }
        }
        return count - other.count
    }

    mutating func drain(into pending: inout ContiguousArray<RegoValue>) {
        guard isKnownUniquelyReferenced(&storage) else { return }
        storage.drain(into: &pending)
    }
}

/// The members of a set.
final class RegoSetStorage: @unchecked Sendable {
    // Safety: members, table and depth change only through RegoSet's mutating methods, which first make sure that
    // nobody else has the reference; hash and sorted order are atomic and set to what anybody would compute.
    // Safety: changed only while one owner holds the storage; readers on other threads see it unchanging.
    @exclusivity(unchecked) fileprivate(set) var members: ContiguousArray<RegoValue>
    @exclusivity(unchecked) fileprivate(set) var table: RegoTable
    @exclusivity(unchecked) fileprivate(set) var isSorted: Bool
    @exclusivity(unchecked) fileprivate(set) var depth: Int
    private let hash = Atomic<UInt64>(0)
    private let sortedOrder = AtomicLazyReference<SortedOrder>()

    static let empty = RegoSetStorage(members: [], table: RegoTable(), isSorted: true, depth: 1)

    init(members: ContiguousArray<RegoValue>, table: RegoTable, isSorted: Bool, depth: Int) {
        self.members = members
        self.table = table
        self.isSorted = isSorted
        self.depth = depth
    }

    deinit { DeepRelease.release(&members, depth: depth) }

    /// The positions in order, or nil when the members stand in order.
    @inline(__always)
    var order: SortedOrder? {
        if isSorted { return nil }
        return sortedOrder.load() ?? sortedOrder.storeIfNil(SortedOrder(members))
    }

    var hasOrder: Bool { !isSorted && sortedOrder.load() != nil }

    var hash64: UInt64 {
        let known = hash.load(ordering: .relaxed)
        if known != 0 { return known }
        var made = RegoHash.emptySet
        for member in members { made &+= RegoHash.mix(member.hash64, RegoHash.emptySet) }
        if made == 0 { made = 1 }
        hash.store(made, ordering: .relaxed)
        return made
    }

    func reserve(_ capacity: Int) {
        members.reserveCapacity(capacity)
        table.rebuild(members, capacity: capacity)
    }

    func insert(_ member: RegoValue) -> Bool {
        let memberHash = member.hash64
        if table.find(hash: memberHash, in: members, member) != nil { return false }
        hash.store(0, ordering: .relaxed)
        depth = DeepRelease.depth(depth, around: member)
        if isSorted, let last = members.last, last.order(member) > 0 { isSorted = false }
        members.append(member)
        table.insert(hash: memberHash, in: members)
        return true
    }

    func remove(at position: Int) {
        hash.store(0, ordering: .relaxed)
        members.remove(at: position)
        table.rebuild(members, capacity: members.count)
    }

    func copy() -> RegoSetStorage {
        RegoSetStorage(members: members, table: table, isSorted: isSorted, depth: depth)
    }

    /// Moves the content to a storage that has no sorted order yet.
    func takeContent() -> RegoSetStorage {
        let made = RegoSetStorage(members: [], table: RegoTable(), isSorted: isSorted, depth: depth)
        swap(&made.members, &members)
        swap(&made.table, &table)
        return made
    }

    func drain(into pending: inout ContiguousArray<RegoValue>) {
        pending.append(contentsOf: members)
        members = []
        depth = 1
    }
}

extension RegoSet: RandomAccessCollection {
    /// The first index.
    public var startIndex: Int { 0 }

    /// One past the last index.
    public var endIndex: Int { storage.members.count }

    /// The member at a place in order.
    public subscript(index: Int) -> RegoValue {
        @inline(__always) get { storage.members[storage.order?.positions[index] ?? index] }
    }
}

extension RegoSet: Hashable, Comparable, ExpressibleByArrayLiteral {
    /// Equal when both have the same members.
    public static func == (left: RegoSet, right: RegoSet) -> Bool {
        if left.storage === right.storage { return true }
        guard left.count == right.count, left.storage.hash64 == right.storage.hash64 else { return false }
        for member in left.storage.members where !right.contains(member) { return false }
        return true
    }

    /// Ordered by the members in order, the shorter first.
    public static func < (left: RegoSet, right: RegoSet) -> Bool { left.order(right) < 0 }

    /// Adds the hash of the members.
    public func hash(into hasher: inout Hasher) { hasher.combine(storage.hash64) }

    /// Makes a set of a literal.
    public init(arrayLiteral elements: RegoValue...) { self.init(elements) }
}
