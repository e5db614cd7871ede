/// Where keys stand in a list: open addressing over 32-bit positions, made only when a list is worth it.
struct RegoTable: Sendable {
    /// Up to here a list is searched from end to end.
    static let linearLimit = 8

    private var slots: ContiguousArray<UInt32> = []
    private var mask = 0

    init() {}

    var isEmpty: Bool { slots.isEmpty }

    /// The position of a key, or nil.
    @inline(__always)
    func find(hash: UInt64, in keys: ContiguousArray<RegoValue>, _ key: RegoValue) -> Int? {
        if slots.isEmpty {
            for position in keys.indices where keys[position] == key { return position }
            return nil
        }
        var slot = Int(truncatingIfNeeded: hash ^ (hash >> 32)) & mask
        while slots[slot] != 0 {
            let position = Int(slots[slot]) &- 1
            if keys[position] == key { return position }
            slot = (slot &+ 1) & mask
        }
        return nil
    }

    /// Adds a key that is not there, which stands last in the list.
    @inline(__always)
    mutating func insert(hash: UInt64, in keys: ContiguousArray<RegoValue>) {
        if slots.isEmpty {
            if keys.count > RegoTable.linearLimit { rebuild(keys, capacity: keys.count) }
            return
        }
        if keys.count &* 4 > slots.count &* 3 {
            rebuild(keys, capacity: keys.count &* 2)
            return
        }
        place(hash: hash, position: keys.count &- 1)
    }

    /// Makes the table anew, for instance when keys have moved.
    mutating func rebuild(_ keys: ContiguousArray<RegoValue>, capacity: Int) {
        guard Swift.max(keys.count, capacity) > RegoTable.linearLimit else {
            slots = []
            mask = 0
            return
        }
        var size = 16
        while size &* 3 < Swift.max(keys.count, capacity) &* 4 { size &*= 2 }
        slots = ContiguousArray(repeating: 0, count: size)
        mask = size &- 1
        for position in keys.indices { place(hash: keys[position].hash64, position: position) }
    }

    private mutating func place(hash: UInt64, position: Int) {
        var slot = Int(truncatingIfNeeded: hash ^ (hash >> 32)) & mask
        while slots[slot] != 0 { slot = (slot &+ 1) & mask }
        slots[slot] = UInt32(truncatingIfNeeded: position &+ 1)
    }
}
