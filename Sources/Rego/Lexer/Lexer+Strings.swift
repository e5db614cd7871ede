/// Where a piece of an interpolated string ended.
enum TemplateStop: Sendable {
    /// At the brace that opens an expression.
    case expression
    /// At the closing quote.
    case end
}

extension Lexer {
    /// The value of a string whose opening quote was read.
    mutating func quoted(from mark: LexerMark) throws(RegoError) -> String {
        var bytes: [UInt8] = []
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""):
                step()
                return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\n"):
                throw error("non-terminated string", at: mark)
            case UInt8(ascii: "\\"):
                step()
                try escape(into: &bytes, from: mark, isTemplate: false)
            default:
                guard byte >= 0x20 || byte == 0x09 else { throw error("invalid character in string", at: mark) }
                bytes.append(byte)
                step()
            }
        }
        throw error("non-terminated string", at: mark)
    }

    /// The value of a raw string whose opening quote was read.
    mutating func raw(from mark: LexerMark) throws(RegoError) -> String {
        let start = offset
        while let byte = peek() {
            if byte == UInt8(ascii: "`") {
                let text = slice(start, offset)
                step()
                return text
            }
            step()
        }
        throw error("non-terminated string", at: mark)
    }

    /// The text of an interpolated string up to the next expression or its end.
    mutating func templateText(isRaw: Bool) throws(RegoError) -> (String, TemplateStop) {
        let mark = mark()
        var bytes: [UInt8] = []
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "{"):
                step()
                return (String(decoding: bytes, as: UTF8.self), .expression)
            case UInt8(ascii: "`") where isRaw, UInt8(ascii: "\"") where !isRaw:
                step()
                return (String(decoding: bytes, as: UTF8.self), .end)
            case UInt8(ascii: "\n") where !isRaw:
                throw error("non-terminated string", at: mark)
            case UInt8(ascii: "\\") where !isRaw:
                step()
                try escape(into: &bytes, from: mark, isTemplate: true)
            case UInt8(ascii: "\\") where peek(1) == UInt8(ascii: "{"):
                step(2)
                bytes.append(UInt8(ascii: "{"))
            default:
                bytes.append(byte)
                step()
            }
        }
        throw error("non-terminated string", at: mark)
    }

    private mutating func escape(
        into bytes: inout [UInt8], from mark: LexerMark, isTemplate: Bool
    ) throws(RegoError) {
        guard let byte = peek() else { throw error("non-terminated string", at: mark) }
        step()
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(byte)
        case UInt8(ascii: "{") where isTemplate: bytes.append(byte)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0C)
        case UInt8(ascii: "n"): bytes.append(0x0A)
        case UInt8(ascii: "r"): bytes.append(0x0D)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "u"):
            var unit = try hexUnit(from: mark)
            if unit & 0xFC00 == 0xD800 {
                guard peek() == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u") else {
                    bytes += [0xEF, 0xBF, 0xBD]
                    return
                }
                let saved = self
                step(2)
                let low = try hexUnit(from: mark)
                if low & 0xFC00 == 0xDC00 {
                    unit = 0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF)
                } else {
                    self = saved
                }
            }
            bytes += Array(String(Unicode.Scalar(unit) ?? "\u{FFFD}").utf8)
        default:
            throw error("illegal escape sequence", at: mark)
        }
    }

    private mutating func hexUnit(from mark: LexerMark) throws(RegoError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("illegal escape sequence", at: mark)
            }
            unit = unit << 4 | UInt32(digit)
            step()
        }
        return unit
    }
}
