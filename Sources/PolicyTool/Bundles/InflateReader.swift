/// Reads raw deflate streams (RFC 1951), bounded, in memory that only Swift touches: what it reads comes from anybody.
struct InflateReader {
    private let input: ArraySlice<UInt8>
    private let limit: Int
    private var bits: UInt32 = 0
    private var bitCount = 0
    private(set) var offset: Int
    private(set) var output: [UInt8] = []

    /// Gives what a stream holds, and where it ends.
    static func read(_ input: ArraySlice<UInt8>, limit: Int) throws(PolicyProblem) -> (
        bytes: [UInt8], end: Int
    ) {
        var reader = InflateReader(input: input, limit: limit, offset: input.startIndex)
        try reader.readBlocks()
        return (reader.output, reader.offset)
    }

    private init(input: ArraySlice<UInt8>, limit: Int, offset: Int) {
        self.input = input
        self.limit = limit
        self.offset = offset
    }

    private mutating func readBlocks() throws(PolicyProblem) {
        var isLast = false
        while !isLast {
            isLast = try take(1) == 1
            switch try take(2) {
            case 0: try readStored()
            case 1: try readCompressed(.fixedLiterals, .fixedDistances)
            case 2:
                let (literals, distances) = try readTables()
                try readCompressed(literals, distances)
            default: throw Self.corrupt("a block of unknown kind")
            }
        }
    }

    private mutating func take(_ count: Int) throws(PolicyProblem) -> Int {
        while bitCount < count {
            guard offset < input.endIndex else { throw Self.corrupt("it ends too early") }
            bits |= UInt32(input[offset]) << UInt32(bitCount)
            offset += 1
            bitCount += 8
        }
        let value = bits & (1 << UInt32(count) - 1)
        bits >>= UInt32(count)
        bitCount -= count
        return Int(value)
    }

    private mutating func append(_ bytes: some Collection<UInt8>) throws(PolicyProblem) {
        guard output.count + bytes.count <= limit else {
            throw PolicyProblem("gzip: more than \(limit) bytes are not unpacked")
        }
        output.append(contentsOf: bytes)
    }

    private mutating func readStored() throws(PolicyProblem) {
        // Whole bytes that were taken in advance go back.
        offset -= bitCount / 8
        bits = 0
        bitCount = 0
        guard offset + 4 <= input.endIndex else { throw Self.corrupt("it ends too early") }
        let length = Int(input[offset]) | Int(input[offset + 1]) << 8
        let complement = Int(input[offset + 2]) | Int(input[offset + 3]) << 8
        guard length == complement ^ 0xFFFF else { throw Self.corrupt("a block whose length is wrong") }
        offset += 4
        guard offset + length <= input.endIndex else { throw Self.corrupt("it ends too early") }
        try append(input[offset..<offset + length])
        offset += length
    }

    private mutating func readCompressed(_ literals: Code, _ distances: Code) throws(PolicyProblem) {
        while true {
            let symbol = try decode(literals)
            if symbol < 256 {
                try append(CollectionOfOne(UInt8(symbol)))
                continue
            }
            if symbol == 256 { return }
            guard symbol - 257 < DeflateTables.lengths.count else {
                throw Self.corrupt("a length that is none")
            }
            let (base, extra) = DeflateTables.lengths[symbol - 257]
            let length = base + (try take(extra))
            let place = try decode(distances)
            guard place < DeflateTables.distances.count else {
                throw Self.corrupt("a distance that is none")
            }
            let (near, more) = DeflateTables.distances[place]
            let distance = near + (try take(more))
            guard distance <= output.count else { throw Self.corrupt("a distance to before its start") }
            guard output.count + length <= limit else {
                throw PolicyProblem("gzip: more than \(limit) bytes are not unpacked")
            }
            for _ in 0..<length { output.append(output[output.count - distance]) }
        }
    }

    private mutating func readTables() throws(PolicyProblem) -> (Code, Code) {
        let literalCount = try take(5) + 257
        let distanceCount = try take(5) + 1
        let lengthCount = try take(4) + 4
        guard literalCount <= 286, distanceCount <= 30 else {
            throw Self.corrupt("a table that is too long")
        }
        var lengths = [Int](repeating: 0, count: 19)
        for index in 0..<lengthCount { lengths[DeflateTables.codeOrder[index]] = try take(3) }
        let code = try Code(lengths, mayBeIncomplete: false)
        var all: [Int] = []
        while all.count < literalCount + distanceCount {
            let symbol = try decode(code)
            switch symbol {
            case 0..<16: all.append(symbol)
            case 16:
                guard let last = all.last else { throw Self.corrupt("a table that repeats nothing") }
                all += [Int](repeating: last, count: 3 + (try take(2)))
            case 17: all += [Int](repeating: 0, count: 3 + (try take(3)))
            default: all += [Int](repeating: 0, count: 11 + (try take(7)))
            }
        }
        guard all.count == literalCount + distanceCount, all[256] > 0 else {
            throw Self.corrupt("a table that does not fit")
        }
        return (
            try Code(Array(all[..<literalCount]), mayBeIncomplete: true),
            try Code(Array(all[literalCount...]), mayBeIncomplete: true)
        )
    }

    private mutating func decode(_ code: Code) throws(PolicyProblem) -> Int {
        var value = 0
        var first = 0
        var index = 0
        for length in 1...15 {
            value |= try take(1)
            let count = code.counts[length]
            if value - first < count { return code.symbols[index + value - first] }
            index += count
            first = (first + count) << 1
            value <<= 1
        }
        throw Self.corrupt("a code that is none")
    }

    static func corrupt(_ reason: String) -> PolicyProblem {
        PolicyProblem("gzip: the stream is broken: \(reason)")
    }

    /// A canonical Huffman code: how many codes there are of each length, and their symbols in order.
    struct Code {
        var counts = [Int](repeating: 0, count: 16)
        var symbols: [Int] = []

        init(_ lengths: [Int], mayBeIncomplete: Bool) throws(PolicyProblem) {
            self.init(valid: lengths)
            var left = 1
            for length in 1...15 {
                left = left << 1 - counts[length]
                guard left >= 0 else { throw InflateReader.corrupt("a code with too many symbols") }
            }
            // A code of one symbol leaves half of its places free.
            guard left == 0 || (mayBeIncomplete && symbols.count <= 1) else {
                throw InflateReader.corrupt("a code with too few symbols")
            }
        }

        private init(valid lengths: [Int]) {
            for length in lengths where length > 0 { counts[length] += 1 }
            symbols = lengths.indices.filter { lengths[$0] > 0 }
                .sorted { (lengths[$0], $0) < (lengths[$1], $1) }
        }

        static let fixedLiterals = Code(
            valid: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 })
        static let fixedDistances = Code(valid: [Int](repeating: 5, count: 30))
    }
}

/// What lengths and distances of deflate stand for.
enum DeflateTables {
    /// The shortest length of each symbol from 257 on, and how many bits are added to it.
    static let lengths: [(base: Int, extra: Int)] = {
        var made: [(base: Int, extra: Int)] = []
        var base = 3
        for index in 0..<28 {
            let extra = index < 8 ? 0 : index / 4 - 1
            made.append((base, extra))
            base += 1 << extra
        }
        return made + [(258, 0)]
    }()

    /// The shortest distance of each symbol, and how many bits are added to it.
    static let distances: [(base: Int, extra: Int)] = {
        var made: [(base: Int, extra: Int)] = []
        var base = 1
        for index in 0..<30 {
            let extra = index < 4 ? 0 : index / 2 - 1
            made.append((base, extra))
            base += 1 << extra
        }
        return made
    }()

    /// The order in which the lengths of the code of lengths stand.
    static let codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
}
