/// Files of gzip (RFC 1952).
enum GzipFile {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in
            value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
        }
    }

    static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

    /// Unpacks a file; one that holds more than a limit is refused before it takes more memory.
    static func decompress(_ bytes: [UInt8], limit: Int) throws(PolicyProblem) -> [UInt8] {
        var output: [UInt8] = []
        var offset = 0
        repeat {
            offset = try skipHeader(bytes, offset)
            let (part, end) = try InflateReader.read(bytes[offset...], limit: limit - output.count)
            guard end + 8 <= bytes.count else { throw InflateReader.corrupt("it ends too early") }
            guard word(bytes, end) == checksum(part),
                word(bytes, end + 4) == UInt32(truncatingIfNeeded: part.count)
            else { throw InflateReader.corrupt("its checksum is wrong") }
            output += part
            offset = end + 8
        } while offset < bytes.count
        return output
    }

    /// Packs bytes; the file has neither a name nor a time.
    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        func word(_ value: UInt32) -> [UInt8] {
            (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF] + DeflateWriter.compress(bytes)
            + word(checksum(bytes))
            + word(UInt32(truncatingIfNeeded: bytes.count))
    }

    private static func skipHeader(_ bytes: [UInt8], _ start: Int) throws(PolicyProblem) -> Int {
        guard start + 10 <= bytes.count, bytes[start] == 0x1F, bytes[start + 1] == 0x8B,
            bytes[start + 2] == 8
        else {
            throw PolicyProblem("gzip: invalid header")
        }
        let flags = bytes[start + 3]
        var offset = start + 10
        if flags & 4 != 0 {
            guard offset + 2 <= bytes.count else { throw InflateReader.corrupt("it ends too early") }
            offset += 2 + Int(bytes[offset]) + Int(bytes[offset + 1]) << 8
        }
        for flag in [UInt8(8), 16] where flags & flag != 0 {
            while offset < bytes.count, bytes[offset] != 0 { offset += 1 }
            offset += 1
        }
        if flags & 2 != 0 { offset += 2 }
        guard offset <= bytes.count else { throw InflateReader.corrupt("it ends too early") }
        return offset
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32($1 * 8) }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
    }
}
