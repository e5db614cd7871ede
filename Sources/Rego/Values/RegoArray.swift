import Synchronization

/// An array of Rego: a value, copied when it changes and somebody else has it too.
public struct RegoArray: Sendable {
    var storage: RegoArrayStorage

    /// Makes an empty array.
    public init() { storage = RegoArrayStorage.empty }

    /// Makes an array of values.
    public init(_ elements: some Sequence<RegoValue>) { storage = RegoArrayStorage(ContiguousArray(elements)) }

    /// The elements, in order.
    public var elements: ContiguousArray<RegoValue> { storage.elements }

    /// Appends a value.
    public mutating func append(_ value: RegoValue) {
        makeUnique()
        storage.elements.append(value)
        storage.note(value)
    }

    /// Appends the values of another array.
    public mutating func append(contentsOf other: RegoArray) {
        makeUnique()
        storage.elements.append(contentsOf: other.storage.elements)
        storage.depth = Swift.max(storage.depth, other.storage.depth)
        storage.hash.store(0, ordering: .relaxed)
    }

    /// Replaces the value at an index.
    public mutating func replace(at index: Int, with value: RegoValue) {
        makeUnique()
        storage.elements[index] = value
        storage.note(value)
    }

    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&storage) { storage = RegoArrayStorage(storage.elements, depth: storage.depth) }
    }

    mutating func drain(into pending: inout ContiguousArray<RegoValue>) {
        guard isKnownUniquelyReferenced(&storage) else { return }
        pending.append(contentsOf: storage.elements)
        storage.elements = []
        storage.depth = 1
    }

    func order(_ other: RegoArray) -> Int {
        if storage === other.storage { return 0 }
        let left = storage.elements
        let right = other.storage.elements
        for index in 0..<Swift.min(left.count, right.count) {
            let order = left[index].order(right[index])
            if order != 0 { return order }
        }
        return left.count - right.count
    }
}

/// The elements of an array.
final class RegoArrayStorage: @unchecked Sendable {
    // Safety: `elements` and `depth` change only through RegoArray's mutating methods, which first make sure that
    // nobody else has the reference; the cached hash is atomic.
    // Safety: changed only while one owner holds the storage; readers on other threads see it unchanging.
    @exclusivity(unchecked) fileprivate(set) var elements: ContiguousArray<RegoValue>
    @exclusivity(unchecked) fileprivate(set) var depth: Int
    fileprivate let hash = Atomic<UInt64>(0)

    static let empty = RegoArrayStorage([], depth: 1)

    init(_ elements: ContiguousArray<RegoValue>, depth: Int) {
        self.elements = elements
        self.depth = depth
    }

    convenience init(_ elements: ContiguousArray<RegoValue>) {
        self.init(elements, depth: 1)
        for element in elements { noteDepth(element) }
    }

    deinit { DeepRelease.release(&elements, depth: depth) }

    var hash64: UInt64 {
        let known = hash.load(ordering: .relaxed)
        if known != 0 { return known }
        var made = RegoHash.emptyArray
        for element in elements { made = RegoHash.mix(made, element.hash64) }
        if made == 0 { made = 1 }
        hash.store(made, ordering: .relaxed)
        return made
    }

    func note(_ value: RegoValue) {
        noteDepth(value)
        hash.store(0, ordering: .relaxed)
    }

    private func noteDepth(_ value: RegoValue) { depth = DeepRelease.depth(depth, around: value) }
}

extension RegoArray: RandomAccessCollection {
    /// The first index.
    public var startIndex: Int { 0 }

    /// One past the last index.
    public var endIndex: Int { storage.elements.count }

    /// The value at an index, which must lie inside.
    public subscript(index: Int) -> RegoValue {
        @inline(__always) get { storage.elements[index] }
    }
}

extension RegoArray: Hashable, Comparable, ExpressibleByArrayLiteral {
    /// Equal when all elements are.
    public static func == (left: RegoArray, right: RegoArray) -> Bool {
        if left.storage === right.storage { return true }
        guard left.count == right.count, left.storage.hash64 == right.storage.hash64 else { return false }
        return left.storage.elements == right.storage.elements
    }

    /// Ordered element by element, the shorter first.
    public static func < (left: RegoArray, right: RegoArray) -> Bool { left.order(right) < 0 }

    /// Adds the hash of the elements.
    public func hash(into hasher: inout Hasher) { hasher.combine(storage.hash64) }

    /// Makes an array of a literal.
    public init(arrayLiteral elements: RegoValue...) { self.init(elements) }
}
