import Model

/// Bytes in the compact form, and what stands at a position of them.
///
/// Every position and length is checked, so that damaged bytes are refused and never trusted.
final class CompactReader {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// How many bytes there are.
    var count: Int { bytes.count }

    func tag(at position: Int) throws(StoreError) -> UInt8 {
        guard position < bytes.count else { throw Self.damaged("it ends too early") }
        return bytes[position]
    }

    /// The position behind the value at a position.
    func end(ofValueAt position: Int, depth: Int = 0) throws(StoreError) -> Int {
        guard depth <= CompactForm.depthLimit * 2 else { throw Self.damaged("it is nested too deep") }
        var next = position + 1
        switch try tag(at: position) {
        case CompactForm.null, CompactForm.no, CompactForm.yes: return next
        case CompactForm.integer, CompactForm.unsigned, CompactForm.time:
            _ = try varint(at: &next)
        case CompactForm.double: next += 8
        case CompactForm.digest: next += 32
        case CompactForm.string, CompactForm.bytes:
            _ = try span(at: &next)
        case CompactForm.array:
            while try tag(at: next) != CompactForm.end { next = try end(ofValueAt: next, depth: depth + 1) }
            next += 1
        case CompactForm.object:
            while try skipName(at: &next) { next = try end(ofValueAt: next, depth: depth + 1) }
        default: throw Self.damaged("a value is of no known sort")
        }
        guard next <= bytes.count else { throw Self.damaged("it ends too early") }
        return next
    }

    /// Moves behind the next name of an object, or behind its end and answers false.
    private func skipName(at position: inout Int) throws(StoreError) -> Bool {
        switch try varint(at: &position) {
        case UInt64(CompactForm.end): return false
        case CompactForm.spelledName: _ = try span(at: &position)
        default: break
        }
        return true
    }

    /// The next name of an object; nil, and the position behind the object, at its end.
    func name(at position: inout Int) throws(StoreError) -> String? {
        let number = try varint(at: &position)
        switch number {
        case UInt64(CompactForm.end): return nil
        case CompactForm.spelledName: return try text(try span(at: &position))
        default:
            let index = number - CompactForm.firstName
            guard index < UInt64(CompactForm.names.count) else {
                throw Self.damaged("a name is of a later version")
            }
            return CompactForm.names[Int(index)]
        }
    }

    func varint(at position: inout Int) throws(StoreError) -> UInt64 {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while position < bytes.count, shift < 64 {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw Self.damaged("a number does not end")
    }

    func zigzag(at position: inout Int) throws(StoreError) -> Int64 {
        let value = try varint(at: &position)
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// A length and the bytes behind it.
    func span(at position: inout Int) throws(StoreError) -> Range<Int> {
        let length = try varint(at: &position)
        guard length <= UInt64(bytes.count - position) else { throw Self.damaged("it ends too early") }
        let start = position
        position += Int(length)
        return start..<position
    }

    func text(_ span: Range<Int>) throws(StoreError) -> String {
        guard let text = String(validating: bytes[span], as: UTF8.self) else { throw Self.damaged("text is not UTF-8") }
        return text
    }

    func slice(_ span: Range<Int>) -> ArraySlice<UInt8> { bytes[span] }

    /// The value at a position in its untyped form.
    func json(at position: inout Int, depth: Int = 0) throws(StoreError) -> JSONValue {
        guard depth <= CompactForm.depthLimit * 2 else { throw Self.damaged("it is nested too deep") }
        let tag = try tag(at: position)
        switch tag {
        case CompactForm.array:
            position += 1
            var values: [JSONValue] = []
            while try self.tag(at: position) != CompactForm.end {
                values.append(try json(at: &position, depth: depth + 1))
            }
            position += 1
            return .array(values)
        case CompactForm.object:
            position += 1
            var members: [String: JSONValue] = [:]
            while let name = try name(at: &position) { members[name] = try json(at: &position, depth: depth + 1) }
            return .object(members)
        default:
            let value = CompactValue(reader: self, position: position)
            position = try end(ofValueAt: position)
            return try value.scalar()
        }
    }

    static func damaged(_ reason: String) -> StoreError { StoreError(.corrupt, reason) }
}
