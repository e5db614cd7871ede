/// Writes raw deflate streams (RFC 1951): the same bytes for the same input, whatever libraries a machine has.
struct DeflateWriter {
    private static let window = 32_768
    private static let hashBits = 15
    private static let longest = 258

    private var output: [UInt8] = []
    private var bits: UInt64 = 0
    private var bitCount = 0

    /// The stream of some bytes, in one block of the fixed code.
    static func compress(_ input: [UInt8]) -> [UInt8] {
        var writer = DeflateWriter()
        writer.put(0b011, count: 3)
        writer.write(input)
        writer.putLiteral(256)
        if writer.bitCount > 0 { writer.put(0, count: 8 - writer.bitCount % 8) }
        return writer.output
    }

    private mutating func write(_ input: [UInt8]) {
        // For three bytes, where they were met last.
        var places = [Int](repeating: -1, count: 1 << Self.hashBits)
        var index = 0
        while index < input.count {
            guard index + 3 <= input.count else {
                putLiteral(Int(input[index]))
                index += 1
                continue
            }
            let hash = Self.hash(input, index)
            let candidate = places[hash]
            places[hash] = index
            let length =
                candidate >= 0 && index - candidate <= Self.window ? Self.match(input, candidate, index) : 0
            guard length >= 3 else {
                putLiteral(Int(input[index]))
                index += 1
                continue
            }
            putMatch(length: length, distance: index - candidate)
            let end = index + length
            index += 1
            while index < end {
                if index + 3 <= input.count { places[Self.hash(input, index)] = index }
                index += 1
            }
        }
    }

    private static func hash(_ input: [UInt8], _ index: Int) -> Int {
        let value =
            UInt32(input[index]) | UInt32(input[index + 1]) << 8 | UInt32(input[index + 2]) << 16
        return Int((value &* 0x9E37_79B1) >> UInt32(32 - hashBits))
    }

    private static func match(_ input: [UInt8], _ first: Int, _ second: Int) -> Int {
        let limit = min(longest, input.count - second)
        var length = 0
        while length < limit, input[first + length] == input[second + length] { length += 1 }
        return length
    }

    private mutating func putMatch(length: Int, distance: Int) {
        let lengthIndex = DeflateTables.lengths.lastIndex { $0.base <= length } ?? 0
        putLiteral(257 + lengthIndex)
        let lengthEntry = DeflateTables.lengths[lengthIndex]
        put(UInt64(length - lengthEntry.base), count: lengthEntry.extra)
        let distanceIndex = DeflateTables.distances.lastIndex { $0.base <= distance } ?? 0
        put(Self.reversed(UInt64(distanceIndex), count: 5), count: 5)
        let distanceEntry = DeflateTables.distances[distanceIndex]
        put(UInt64(distance - distanceEntry.base), count: distanceEntry.extra)
    }

    /// Writes a symbol in the fixed code.
    private mutating func putLiteral(_ symbol: Int) {
        let (code, count) =
            switch symbol {
            case 0..<144: (0x30 + symbol, 8)
            case 144..<256: (0x190 + symbol - 144, 9)
            case 256..<280: (symbol - 256, 7)
            default: (0xC0 + symbol - 280, 8)
            }
        put(Self.reversed(UInt64(code), count: count), count: count)
    }

    private mutating func put(_ value: UInt64, count: Int) {
        bits |= value << UInt64(bitCount)
        bitCount += count
        while bitCount >= 8 {
            output.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
            bitCount -= 8
        }
    }

    private static func reversed(_ value: UInt64, count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | (value >> UInt64($1) & 1) << UInt64(count - 1 - $1) }
    }
}
