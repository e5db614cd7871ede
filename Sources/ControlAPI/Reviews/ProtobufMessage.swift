/// The fields of a message in the wire format of Protocol Buffers that hold bytes: texts and messages.
struct ProtobufMessage: Sendable {
    private let fields: [Int: ArraySlice<UInt8>]

    /// Reads a message; nil for bytes that are none.
    init?(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        var fields: [Int: ArraySlice<UInt8>] = [:]
        while !rest.isEmpty {
            guard let key = Self.varint(&rest), key >> 3 > 0, key >> 3 <= 536_870_911 else { return nil }
            switch key & 7 {
            case 0: guard Self.varint(&rest) != nil else { return nil }
            case 1: guard Self.take(8, &rest) != nil else { return nil }
            case 2:
                guard let count = Self.varint(&rest), let value = Self.take(count, &rest) else { return nil }
                // The last one counts, as the format has it.
                fields[Int(key >> 3)] = value
            case 5: guard Self.take(4, &rest) != nil else { return nil }
            default: return nil
            }
        }
        self.fields = fields
    }

    /// The text of a field; nil where it is absent or not UTF-8.
    func text(_ field: Int) -> String? {
        guard let bytes = fields[field] else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The message of a field; nil where it is absent or none.
    func message(_ field: Int) -> ProtobufMessage? { fields[field].flatMap(ProtobufMessage.init) }

    private static func take(_ count: UInt64, _ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard count <= UInt64(rest.count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}
