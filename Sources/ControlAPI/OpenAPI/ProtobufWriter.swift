/// Writes messages in the wire format of Protocol Buffers.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    /// A text; an empty one is left out, as the format has it.
    mutating func write(_ text: String?, as field: Int) {
        guard let text, !text.isEmpty else { return }
        write(Array(text.utf8), as: field)
    }

    /// A message, also an empty one.
    mutating func write(_ message: [UInt8], as field: Int) {
        writeKey(field, wireType: 2)
        writeVarint(UInt64(message.count))
        bytes += message
    }

    /// A message that is written in place.
    mutating func write(as field: Int, _ body: (inout ProtobufWriter) -> Void) {
        var message = ProtobufWriter()
        body(&message)
        write(message.bytes, as: field)
    }

    /// A boolean; false is left out.
    mutating func write(_ value: Bool, as field: Int) {
        guard value else { return }
        writeKey(field, wireType: 0)
        writeVarint(1)
    }

    /// An integer; zero is left out.
    mutating func write(_ value: Int64, as field: Int) {
        guard value != 0 else { return }
        writeKey(field, wireType: 0)
        writeVarint(UInt64(bitPattern: value))
    }

    /// A floating-point number; zero is left out.
    mutating func write(_ value: Double, as field: Int) {
        guard value != 0 else { return }
        writeKey(field, wireType: 1)
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(shift)))
        }
    }

    private mutating func writeKey(_ field: Int, wireType: UInt64) { writeVarint(UInt64(field) << 3 | wireType) }

    private mutating func writeVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
