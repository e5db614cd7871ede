import Model

/// One value in the compact form.
struct CompactValue {
    let reader: CompactReader
    let position: Int

    var isNull: Bool {
        get throws(StoreError) { try reader.tag(at: position) == CompactForm.null }
    }

    func bool() throws(StoreError) -> Bool {
        switch try reader.tag(at: position) {
        case CompactForm.yes: return true
        case CompactForm.no: return false
        default: throw CompactReader.damaged("a boolean was expected")
        }
    }

    func integer<T: FixedWidthInteger>(_ type: T.Type) throws(StoreError) -> T {
        var next = position + 1
        let value: T?
        switch try reader.tag(at: position) {
        case CompactForm.integer: value = T(exactly: try reader.zigzag(at: &next))
        case CompactForm.unsigned: value = T(exactly: try reader.varint(at: &next))
        default: throw CompactReader.damaged("an integer was expected")
        }
        guard let value else { throw CompactReader.damaged("a number does not fit its type") }
        return value
    }

    func double() throws(StoreError) -> Double {
        guard try reader.tag(at: position) == CompactForm.double else {
            return Double(try integer(Int64.self))
        }
        guard position + 9 <= reader.count else { throw CompactReader.damaged("it ends too early") }
        let pattern = reader.slice(position + 1..<position + 9).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Double(bitPattern: pattern)
    }

    /// Text; digests and times give theirs, so that a member may change its type to text.
    func string() throws(StoreError) -> String {
        var next = position + 1
        switch try reader.tag(at: position) {
        case CompactForm.string: return try reader.text(try reader.span(at: &next))
        case CompactForm.digest: return try digest().description
        case CompactForm.time: return WallTime(nanoseconds: try reader.zigzag(at: &next)).description
        default: throw CompactReader.damaged("text was expected")
        }
    }

    func digest() throws(StoreError) -> ContentDigest {
        guard position + 33 <= reader.count,
            let digest = ContentDigest(bytes: reader.slice(position + 1..<position + 33))
        else { throw CompactReader.damaged("it ends too early") }
        return digest
    }

    /// The untyped form of anything but arrays and objects.
    func scalar() throws(StoreError) -> JSONValue {
        switch try reader.tag(at: position) {
        case CompactForm.null: return .null
        case CompactForm.no: return .bool(false)
        case CompactForm.yes: return .bool(true)
        case CompactForm.integer: return .integer(try integer(Int64.self))
        case CompactForm.unsigned: return .number(Double(try integer(UInt64.self)))
        case CompactForm.double: return .number(try double())
        case CompactForm.bytes:
            var next = position + 1
            return .array(reader.slice(try reader.span(at: &next)).map { .integer(Int64($0)) })
        default: return .string(try string())
        }
    }

    /// Reads a value; those with a form of their own have it, all others say themselves what they are made of.
    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let tag = try reader.tag(at: position)
        if type == ContentDigest.self, tag == CompactForm.digest, let value = try digest() as? T { return value }
        if type == WallTime.self, tag == CompactForm.time {
            var next = position + 1
            if let value = WallTime(nanoseconds: try reader.zigzag(at: &next)) as? T { return value }
        }
        if type == JSONValue.self {
            var next = position
            if let value = try reader.json(at: &next) as? T { return value }
        }
        if type == [UInt8].self, tag == CompactForm.bytes {
            var next = position + 1
            if let value = Array(reader.slice(try reader.span(at: &next))) as? T { return value }
        }
        return try T(from: CompactDecoder(value: self))
    }
}
