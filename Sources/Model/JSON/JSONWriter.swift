/// Writes JSON text with sorted members, so that one value has one text.
struct JSONWriter {
    var bytes: [UInt8] = []
    private let isPretty: Bool

    init(isPretty: Bool) { self.isPretty = isPretty }

    mutating func write(_ value: JSONValue, indent: Int = 0) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .integer(let value): append(value.description)
        case .number(let value): write(number: value)
        case .string(let value): write(string: value)
        case .array(let elements):
            writeList(UInt8(ascii: "["), elements, UInt8(ascii: "]"), indent: indent) { writer, element in
                writer.write(element, indent: indent + 1)
            }
        case .object(let members):
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            writeList(UInt8(ascii: "{"), sorted, UInt8(ascii: "}"), indent: indent) { writer, member in
                writer.write(string: member.key)
                writer.append(writer.isPretty ? ": " : ":")
                writer.write(member.value, indent: indent + 1)
            }
        }
    }

    private mutating func writeList<Element>(
        _ open: UInt8, _ elements: [Element], _ close: UInt8, indent: Int,
        writeElement: (inout JSONWriter, Element) -> Void
    ) {
        bytes.append(open)
        for (position, element) in elements.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            breakLine(indent: indent + 1)
            writeElement(&self, element)
        }
        if !elements.isEmpty { breakLine(indent: indent) }
        bytes.append(close)
    }

    private mutating func breakLine(indent: Int) {
        guard isPretty else { return }
        bytes.append(0x0A)
        for _ in 0..<indent * 2 { bytes.append(0x20) }
    }

    private mutating func write(number: Double) {
        switch JSONValue(exactly: number) {
        case .integer(let value): append(value.description)
        case .number(let value): append(value.description)
        default: append("null")
        }
    }

    mutating func write(string: String) {
        bytes.append(UInt8(ascii: "\""))
        if Self.isPlain(string) {
            append(string)
        } else {
            for byte in string.utf8 { write(byte: byte) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func write(byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case 0x08: append("\\b")
        case 0x09: append("\\t")
        case 0x0A: append("\\n")
        case 0x0C: append("\\f")
        case 0x0D: append("\\r")
        case 0x00...0x1F:
            append("\\u00")
            Hexadecimal.append(byte, to: &bytes)
        default: bytes.append(byte)
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        for byte in text.utf8 where byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
            return false
        }
        return true
    }

    private mutating func append(_ text: String) {
        // Native strings are contiguous, and then this is one copy of memory.
        let copied: Void? = text.utf8.withContiguousStorageIfAvailable { bytes.append(contentsOf: $0) }
        if copied == nil { bytes.append(contentsOf: text.utf8) }
    }
}
