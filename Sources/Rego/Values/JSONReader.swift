/// What is wrong with a JSON text, and where.
public struct RegoJSONError: Error, Hashable, CustomStringConvertible {
    /// What is wrong.
    public let message: String
    /// The byte it is wrong at.
    public let offset: Int

    /// The message and the offset.
    public var description: String { "\(message) at byte \(offset)" }
}

/// Reads JSON as RFC 8259 has it, without recursion, numbers exactly.
///
/// A later entry of an object replaces an earlier one.
struct JSONReader {
    static let depthLimit = 10_000

    /// What is open: an object when there is a key, else an array.
    ///
    /// It grows where it stands: beside a copy, every element would cost as much as all before it.
    private struct Container {
        var array = RegoArray()
        var object = RegoObject()
        var key: RegoValue?
    }

    // Safety: the bytes are lent for the call, and every index stays below their count.
    private let bytes: UnsafeBufferPointer<UInt8>
    private var offset = 0
    private var open: [Container] = []

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Reads one value that takes all bytes.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>) throws(RegoJSONError) -> RegoValue {
        var reader = JSONReader(bytes)
        let value = try reader.document()
        reader.skipSpace()
        if reader.offset < bytes.count {
            throw reader.failure("invalid character \(reader.shown(reader.offset)) after top-level value")
        }
        return value
    }

    // Safety: the bytes are lent for the call, and every index stays below their count.
    /// Reads one value from the start and answers where it ends.
    static func readPrefix(
        _ bytes: UnsafeBufferPointer<UInt8>
    ) throws(RegoJSONError) -> (value: RegoValue, end: Int) {
        var reader = JSONReader(bytes)
        let value = try reader.document()
        return (value, reader.offset)
    }

    private mutating func document() throws(RegoJSONError) -> RegoValue {
        while true {
            guard let value = try begin() else { continue }
            if let whole = try close(value) { return whole }
        }
    }

    /// Reads a scalar or an empty container, or opens a container and answers nil.
    private mutating func begin() throws(RegoJSONError) -> RegoValue? {
        skipSpace()
        guard offset < bytes.count else { throw failure("unexpected end of JSON input") }
        switch bytes[offset] {
        case UInt8(ascii: "{"):
            offset += 1
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(RegoObject()) }
            try push(Container(key: try key()))
            return nil
        case UInt8(ascii: "["):
            offset += 1
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(RegoArray()) }
            try push(Container())
            return nil
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return .number(try number())
        }
    }

    /// Puts a value where it belongs and answers the document once that is whole; nil when another value follows.
    private mutating func close(_ value: RegoValue) throws(RegoJSONError) -> RegoValue? {
        var value = value
        while case let last = open.count - 1, last >= 0 {
            skipSpace()
            if let key = open[last].key {
                open[last].object.insert(key, value)
                if take(UInt8(ascii: ",")) {
                    skipSpace()
                    open[last].key = try self.key()
                    return nil
                }
                guard take(UInt8(ascii: "}")) else { throw unexpected("after object key:value pair") }
                value = .object(open.removeLast().object)
            } else {
                open[last].array.append(value)
                if take(UInt8(ascii: ",")) { return nil }
                guard take(UInt8(ascii: "]")) else { throw unexpected("after array element") }
                value = .array(open.removeLast().array)
            }
        }
        return value
    }

    private mutating func push(_ container: Container) throws(RegoJSONError) {
        guard open.count < JSONReader.depthLimit else { throw failure("exceeded max depth") }
        open.append(container)
    }

    private mutating func key() throws(RegoJSONError) -> RegoValue {
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
            throw unexpected("looking for beginning of object key string")
        }
        let key = try string()
        skipSpace()
        guard take(UInt8(ascii: ":")) else { throw unexpected("after object key") }
        return .string(key)
    }

    private mutating func literal(_ text: StaticString, _ value: RegoValue) throws(RegoJSONError) -> RegoValue {
        let count = text.utf8CodeUnitCount
        for index in 0..<count {
            // Safety: a static string is immortal and `index` lies below its length.
            guard offset < bytes.count, bytes[offset] == text.utf8Start[index] else {
                throw unexpected("in literal \(text)")
            }
            offset += 1
        }
        return value
    }

    private mutating func number() throws(RegoJSONError) -> RegoNumber {
        let start = offset
        while offset < bytes.count, JSONReader.isNumeric(bytes[offset]) { offset += 1 }
        guard offset > start else { throw unexpected("looking for beginning of value") }
        // Safety: the bytes are lent for the call, and every index stays below their count.
        guard let number = RegoNumber(utf8: UnsafeBufferPointer(rebasing: bytes[start..<offset])) else {
            throw RegoJSONError(message: "invalid number literal", offset: start)
        }
        return number
    }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private mutating func string() throws(RegoJSONError) -> RegoString {
        offset += 1
        let start = offset
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") {
                // Safety: the bytes are lent for the call, and every index stays below their count.
                let plain = UnsafeBufferPointer(rebasing: bytes[start..<offset])
                offset += 1
                return JSONReader.repaired(plain)
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            if byte < 0x20 { throw unexpected("in string literal") }
            offset += 1
        }
        throw failure("unexpected end of JSON input")
    }

    // Safety: the bytes are lent for the call, and every index stays below their count.
    /// Bytes that are no UTF-8 become U+FFFD, as in Go.
    private static func repaired(_ bytes: UnsafeBufferPointer<UInt8>) -> RegoString {
        let made = RegoString(utf8: bytes)
        if made.isASCII { return made }
        let runes = made.runes
        return runes.contains(GoRunes.replacement) ? RegoString(runes: runes) : made
    }

    private mutating func escapedString(from start: Int) throws(RegoJSONError) -> RegoString {
        var made = Array(bytes[start..<offset])
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return made.withUnsafeBufferPointer { JSONReader.repaired($0) }
            case UInt8(ascii: "\\"): try escape(into: &made)
            case 0..<0x20:
                offset -= 1
                throw unexpected("in string literal")
            default: made.append(byte)
            }
        }
        throw failure("unexpected end of JSON input")
    }

    private mutating func escape(into made: inout [UInt8]) throws(RegoJSONError) {
        guard offset < bytes.count else { throw failure("unexpected end of JSON input") }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): made.append(byte)
        case UInt8(ascii: "b"): made.append(8)
        case UInt8(ascii: "f"): made.append(12)
        case UInt8(ascii: "n"): made.append(10)
        case UInt8(ascii: "r"): made.append(13)
        case UInt8(ascii: "t"): made.append(9)
        case UInt8(ascii: "u"):
            let unit = try hexadecimal()
            if (0xD800..<0xDC00).contains(unit), offset + 1 < bytes.count, bytes[offset] == UInt8(ascii: "\\"),
                bytes[offset + 1] == UInt8(ascii: "u")
            {
                let mark = offset
                offset += 2
                let low = try hexadecimal()
                if (0xDC00..<0xE000).contains(low) {
                    GoRunes.append(0x1_0000 + (unit - 0xD800) << 10 + (low - 0xDC00), to: &made)
                    return
                }
                offset = mark
            }
            GoRunes.append(unit, to: &made)
        default:
            offset -= 1
            throw unexpected("in string escape code")
        }
    }

    private mutating func hexadecimal() throws(RegoJSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard offset < bytes.count else { throw failure("unexpected end of JSON input") }
            let byte = bytes[offset]
            let digit: UInt8
            switch byte {
            case 48...57: digit = byte - 48
            case 65...70: digit = byte - 55
            case 97...102: digit = byte - 87
            default: throw unexpected("in \\u hexadecimal character escape")
            }
            unit = unit << 4 | UInt32(digit)
            offset += 1
        }
        return unit
    }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private func unexpected(_ place: String) -> RegoJSONError {
        guard offset < bytes.count else { return failure("unexpected end of JSON input") }
        return failure("invalid character \(shown(offset)) \(place)")
    }

    private func failure(_ message: String) -> RegoJSONError { RegoJSONError(message: message, offset: offset) }

    /// A character in quotes, as Go shows it.
    private func shown(_ offset: Int) -> String {
        switch bytes[offset] {
        case UInt8(ascii: "'"): return "'\\''"
        case UInt8(ascii: "\""): return "'\"'"
        default:
            let quoted = GoQuote.quote(RegoString(runes: [GoRunes.decode(bytes, at: offset).rune]))
            return "'" + quoted.dropFirst().dropLast() + "'"
        }
    }
}
