/// A strict parser of RFC 8259 text: valid UTF-8 only, no duplicate members unless told so, bounded size and depth.
struct JSONParser {
    private let bytes: [UInt8]
    private let limits: JSONLimits
    private let toleratesDuplicates: Bool
    private var index = 0
    private var depth = 0
    private var path: [FieldPath.Step] = []
    /// Members that stand twice in one object, where that is tolerated: the last one counts.
    private(set) var duplicates: [FieldPath] = []

    init(_ bytes: [UInt8], limits: JSONLimits, toleratesDuplicates: Bool = false) {
        self.bytes = bytes
        self.limits = limits
        self.toleratesDuplicates = toleratesDuplicates
    }

    /// Parses the one value that the text holds.
    mutating func parse() throws(ModelError) -> JSONValue {
        guard bytes.count <= limits.bytes else {
            throw ModelError(
                .tooLarge, "cannot read JSON of \(bytes.count) bytes: the limit is \(limits.bytes) bytes")
        }
        let value = try parseValue()
        skipSpace()
        guard index == bytes.count else { throw failure("unexpected text after the value") }
        return value
    }

    private mutating func parseValue() throws(ModelError) -> JSONValue {
        skipSpace()
        guard index < bytes.count else { throw failure("the text ends where a value is expected") }
        switch bytes[index] {
        case UInt8(ascii: "{"): return try parseObject()
        case UInt8(ascii: "["): return try parseArray()
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
        case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
        case UInt8(ascii: "n"): return try parseWord("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
        default: throw failure("a value is expected")
        }
    }

    private mutating func parseObject() throws(ModelError) -> JSONValue {
        try enter()
        var members: [String: JSONValue] = [:]
        if skip(UInt8(ascii: "}")) {
            depth -= 1
            return .object(members)
        }
        while true {
            skipSpace()
            let start = index
            guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else {
                throw failure("a member name in double quotes is expected")
            }
            let name = try parseString()
            guard skip(UInt8(ascii: ":")) else { throw failure("':' is expected after a member name") }
            if toleratesDuplicates { path.append(.member(name)) }
            let value = try parseValue()
            if members.updateValue(value, forKey: name) != nil {
                guard toleratesDuplicates else {
                    throw failure("the member '\(name)' stands twice in one object", at: start)
                }
                if duplicates.count < SchemaValidator.maximumFindings { duplicates.append(FieldPath(path)) }
            }
            if toleratesDuplicates { path.removeLast() }
            if skip(UInt8(ascii: ",")) { continue }
            guard skip(UInt8(ascii: "}")) else { throw failure("',' or '}' is expected") }
            depth -= 1
            return .object(members)
        }
    }

    private mutating func parseArray() throws(ModelError) -> JSONValue {
        try enter()
        var elements: [JSONValue] = []
        if skip(UInt8(ascii: "]")) {
            depth -= 1
            return .array(elements)
        }
        while true {
            if toleratesDuplicates { path.append(.element(elements.count)) }
            elements.append(try parseValue())
            if toleratesDuplicates { path.removeLast() }
            if skip(UInt8(ascii: ",")) { continue }
            guard skip(UInt8(ascii: "]")) else { throw failure("',' or ']' is expected") }
            depth -= 1
            return .array(elements)
        }
    }

    private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(ModelError) -> JSONValue {
        let count = word.utf8CodeUnitCount
        let matches =
            index + count <= bytes.count
            && word.withUTF8Buffer { expected in bytes[index..<index + count].elementsEqual(expected) }
        guard matches else { throw failure("a value is expected") }
        index += count
        return value
    }

    private mutating func parseNumber() throws(ModelError) -> JSONValue {
        let start = index
        var isInteger = true
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        let integerDigits = skipDigits()
        guard integerDigits > 0 else { throw failure("a digit is expected") }
        guard integerDigits == 1 || bytes[index - integerDigits] != UInt8(ascii: "0") else {
            throw failure("a number may not begin with 0", at: start)
        }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            isInteger = false
            index += 1
            guard skipDigits() > 0 else { throw failure("a digit is expected after '.'") }
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            index += 1
            if index < bytes.count, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                index += 1
            }
            guard skipDigits() > 0 else { throw failure("a digit is expected in the exponent") }
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else {
            throw failure("the number is out of range", at: start)
        }
        return JSONValue(exactly: value)
    }

    private mutating func parseString() throws(ModelError) -> String {
        let start = index
        index += 1
        var text = ""
        var runStart = index
        var isASCII = true
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                try appendRun(from: runStart, isASCII: isASCII, to: &text)
                index += 1
                return text
            }
            if byte == UInt8(ascii: "\\") {
                try appendRun(from: runStart, isASCII: isASCII, to: &text)
                text.unicodeScalars.append(try parseEscape())
                runStart = index
                continue
            }
            guard byte >= 0x20 else { throw failure("a control character in a string must be escaped") }
            if byte >= 0x80 { isASCII = false }
            index += 1
        }
        throw failure("the string is not closed", at: start)
    }

    private func appendRun(from start: Int, isASCII: Bool, to text: inout String) throws(ModelError) {
        guard start < index else { return }
        let run: String
        if isASCII {
            run = String(decoding: bytes[start..<index], as: UTF8.self)
        } else {
            guard let valid = String(validating: bytes[start..<index], as: UTF8.self) else {
                let offset = UTF8Scan.firstInvalid(in: bytes, from: start) ?? start
                throw failure("the text is not UTF-8 (byte \(offset))", at: offset)
            }
            run = valid
        }
        if text.isEmpty { text = run } else { text += run }
    }

    private mutating func parseEscape() throws(ModelError) -> Unicode.Scalar {
        let start = index
        index += 1
        guard index < bytes.count else { throw failure("the string is not closed", at: start) }
        let byte = bytes[index]
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw failure("the escape is not one of JSON's", at: start)
        }
        let first = try parseHex(escapeStart: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        else { throw failure("a surrogate stands alone", at: start) }
        index += 2
        let second = try parseHex(escapeStart: start)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw failure("a surrogate stands alone", at: start) }
        return scalar
    }

    private mutating func parseHex(escapeStart: Int) throws(ModelError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard index < bytes.count, let digit = Hexadecimal.value(of: bytes[index]) else {
                throw failure("four hexadecimal digits are expected after '\\u'", at: escapeStart)
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }

    private mutating func enter() throws(ModelError) {
        depth += 1
        guard depth <= limits.depth else {
            throw failure("it is nested deeper than the limit of \(limits.depth) levels", .tooDeep)
        }
        index += 1
    }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        skipSpace()
        guard index < bytes.count, bytes[index] == byte else { return false }
        index += 1
        return true
    }

    private mutating func skipDigits() -> Int {
        let start = index
        while index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) { index += 1 }
        return index - start
    }

    private func failure(
        _ reason: String, at offset: Int? = nil, _ code: ModelError.Code = .invalidFormat
    ) -> ModelError {
        let offset = min(offset ?? index, bytes.count)
        var line = 1
        var lineStart = 0
        for position in 0..<offset where bytes[position] == 0x0A {
            line += 1
            lineStart = position + 1
        }
        return ModelError(
            code, "cannot read JSON at line \(line) column \(offset - lineStart + 1): \(reason)")
    }
}
