/// A set of registers of one frame: a few words of bits.
struct RegisterSet: Sendable, ExpressibleByArrayLiteral {
    private var low: UInt64 = 0
    /// The registers from 64 on.
    private var high: [UInt64] = []

    init() {}

    init(arrayLiteral elements: Int...) {
        for element in elements { insert(element) }
    }

    init(_ elements: some Sequence<Int>) {
        for element in elements { insert(element) }
    }

    var isEmpty: Bool { low == 0 && high.allSatisfy { $0 == 0 } }

    func contains(_ register: Int) -> Bool {
        if register < 64 { return low & (1 << UInt64(register)) != 0 }
        let word = register / 64 - 1
        return word < high.count && high[word] & (1 << UInt64(register % 64)) != 0
    }

    mutating func insert(_ register: Int) {
        guard register >= 64 else {
            low |= 1 << UInt64(register)
            return
        }
        let word = register / 64 - 1
        while high.count <= word { high.append(0) }
        high[word] |= 1 << UInt64(register % 64)
    }

    mutating func formUnion(_ other: RegisterSet) {
        low |= other.low
        while high.count < other.high.count { high.append(0) }
        for index in other.high.indices { high[index] |= other.high[index] }
    }

    func union(_ other: RegisterSet) -> RegisterSet {
        var result = self
        result.formUnion(other)
        return result
    }

    func intersection(_ other: RegisterSet) -> RegisterSet {
        var result = RegisterSet()
        result.low = low & other.low
        result.high = zip(high, other.high).map { $0 & $1 }
        return result
    }

    func subtracting(_ other: RegisterSet) -> RegisterSet {
        var result = self
        result.low &= ~other.low
        for index in result.high.indices where index < other.high.count { result.high[index] &= ~other.high[index] }
        return result
    }

    func isSubset(of other: RegisterSet) -> Bool {
        guard low & ~other.low == 0 else { return false }
        for index in high.indices where high[index] & ~(index < other.high.count ? other.high[index] : 0) != 0 {
            return false
        }
        return true
    }

    /// The registers, the lowest first.
    func sorted() -> [Int] {
        var registers: [Int] = []
        for (word, bits) in ([low] + high).enumerated() {
            var rest = bits
            while rest != 0 {
                registers.append(word * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return registers
    }
}
