/// Writes values as JSON, the way Go's encoder does: keys sorted, sets as arrays, `<`, `>`, `&` escaped; no recursion.
struct JSONWriter {
    /// How a text is laid out.
    struct Layout {
        var prefix = ""
        var indent = ""
        var isPretty = false
        var escapesHTML = true

        static let compact = Layout()
    }

    private enum Frame {
        case list(ContiguousArray<RegoValue>, next: Int)
        case object(RegoObject, next: Int)
    }

    private let layout: Layout
    private(set) var output: [UInt8] = []
    private var open: [Frame] = []

    init(layout: Layout = .compact) { self.layout = layout }

    static func write(_ value: RegoValue, layout: Layout = .compact) -> [UInt8] {
        var writer = JSONWriter(layout: layout)
        writer.document(value)
        return writer.output
    }

    private mutating func document(_ value: RegoValue) {
        begin(value)
        while let frame = open.popLast() {
            switch frame {
            case .list(let elements, let next):
                guard next < elements.count else {
                    end(UInt8(ascii: "]"), isEmpty: elements.isEmpty)
                    continue
                }
                separate(next)
                open.append(.list(elements, next: next + 1))
                line(open.count)
                begin(elements[next])
            case .object(let object, let next):
                guard next < object.count else {
                    end(UInt8(ascii: "}"), isEmpty: object.isEmpty)
                    continue
                }
                separate(next)
                open.append(.object(object, next: next + 1))
                line(open.count)
                let (key, value) = object[next]
                self.key(key)
                begin(value)
            }
        }
    }

    private mutating func begin(_ value: RegoValue) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .number(let number): append(number.text)
        case .string(let string): JSONWriter.quote(string, escapesHTML: layout.escapesHTML, to: &output)
        case .array(let array):
            output.append(UInt8(ascii: "["))
            open.append(.list(array.elements, next: 0))
        case .set(let set):
            output.append(UInt8(ascii: "["))
            open.append(.list(set.sorted, next: 0))
        case .object(let object):
            output.append(UInt8(ascii: "{"))
            open.append(.object(JSONWriter.withTextKeys(object), next: 0))
        }
    }

    private mutating func key(_ key: RegoValue) {
        if case .string(let string) = key {
            JSONWriter.quote(string, escapesHTML: layout.escapesHTML, to: &output)
        }
        append(layout.isPretty ? ": " : ":")
    }

    /// The object with keys as JSON has them, in whose order its entries are written.
    private static func withTextKeys(_ object: RegoObject) -> RegoObject {
        func isText(_ key: RegoValue) -> Bool {
            if case .string = key { return true }
            return false
        }
        if object.unorderedKeys.allSatisfy(isText) { return object }
        var made = RegoObject(reservingCapacity: object.count)
        for (key, value) in object {
            made.insert(isText(key) ? key : .string(RegoString(utf8: JSONWriter.write(key))), value)
        }
        return made
    }

    private mutating func separate(_ index: Int) {
        if index > 0 { output.append(UInt8(ascii: ",")) }
    }

    private mutating func end(_ bracket: UInt8, isEmpty: Bool) {
        if !isEmpty { line(open.count) }
        output.append(bracket)
    }

    private mutating func line(_ depth: Int) {
        guard layout.isPretty else { return }
        output.append(UInt8(ascii: "\n"))
        append(layout.prefix)
        for _ in 0..<depth { append(layout.indent) }
    }

    private mutating func append(_ text: String) { output.append(contentsOf: text.utf8) }

    /// Writes a string in quotes as Go's JSON encoder does.
    static func quote(_ string: RegoString, escapesHTML: Bool, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        string.withBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let byte = bytes[offset]
                if byte < 0x80 {
                    quote(byte, escapesHTML: escapesHTML, to: &output)
                    offset += 1
                    continue
                }
                let (rune, width) = GoRunes.decode(bytes, at: offset)
                switch rune {
                case GoRunes.replacement where width == 1: output.append(contentsOf: Array("\\ufffd".utf8))
                case 0x2028: output.append(contentsOf: Array("\\u2028".utf8))
                case 0x2029: output.append(contentsOf: Array("\\u2029".utf8))
                default: output.append(contentsOf: bytes[offset..<offset + width])
                }
                offset += width
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func quote(_ byte: UInt8, escapesHTML: Bool, to output: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            output.append(UInt8(ascii: "\\"))
            output.append(byte)
        case 8: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "b")])
        case 12: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "f")])
        case 10: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
        case 13: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
        case 9: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
        case 0..<0x20: escape(byte, to: &output)
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
            if escapesHTML { escape(byte, to: &output) } else { output.append(byte) }
        default: output.append(byte)
        }
    }

    private static func escape(_ byte: UInt8, to output: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        output.append(contentsOf: Array("\\u00".utf8))
        output.append(digits[Int(byte >> 4)])
        output.append(digits[Int(byte & 15)])
    }
}
