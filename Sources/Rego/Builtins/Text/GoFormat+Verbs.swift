import BigInt

extension GoFormat {
    mutating func write(_ operand: Operand, _ verb: UInt32) {
        guard let letter = UInt8(exactly: verb) else {
            writeBad(operand, verb)
            return
        }
        if letter == UInt8(ascii: "T") {
            pad(Array(operand.typeName.utf8))
            return
        }
        switch operand {
        case .integer(let value): writeInteger(BigInt(value), operand, letter)
        case .big(let value): writeBig(value, operand, letter)
        case .float(let value): writeFloat(value, operand, letter)
        case .string(let string): writeString(string, operand, letter)
        }
    }

    private mutating func writeBad(_ operand: Operand, _ verb: UInt32) {
        append("%!")
        GoRunes.append(verb, to: &output)
        append("(\(operand.typeName)=")
        write(operand, UInt32(UInt8(ascii: "v")))
        append(")")
    }

    private mutating func writeInteger(_ value: BigInt, _ operand: Operand, _ verb: UInt8) {
        switch verb {
        case UInt8(ascii: "v"), UInt8(ascii: "d"): number(value, radix: 10, verb)
        case UInt8(ascii: "b"): number(value, radix: 2, verb)
        case UInt8(ascii: "o"), UInt8(ascii: "O"): number(value, radix: 8, verb)
        case UInt8(ascii: "x"), UInt8(ascii: "X"): number(value, radix: 16, verb)
        case UInt8(ascii: "c"):
            var text: [UInt8] = []
            GoRunes.append(UInt32(exactly: value) ?? GoRunes.replacement, to: &text)
            pad(text)
        case UInt8(ascii: "q"):
            let rune = UInt32(exactly: value).flatMap { Unicode.Scalar($0) }?.value ?? GoRunes.replacement
            pad(Array(GoQuote.quote(rune: rune, asciiOnly: flags.plus).utf8))
        case UInt8(ascii: "U"):
            var digits = Array(String(value.magnitude, radix: 16, uppercase: true).utf8)
            let least = Swift.max(4, flags.precision ?? 4)
            digits = [UInt8](repeating: 48, count: Swift.max(0, least - digits.count)) + digits
            var text = Array("U+".utf8) + digits
            if flags.sharp, let rune = UInt32(exactly: value), GoQuote.isPrintable(rune) {
                text += Array(" '".utf8)
                GoRunes.append(rune, to: &text)
                text.append(UInt8(ascii: "'"))
            }
            flags.zero = false
            pad(text)
        default: writeBad(operand, UInt32(verb))
        }
    }

    private mutating func writeBig(_ value: BigInt, _ operand: Operand, _ verb: UInt8) {
        switch verb {
        case UInt8(ascii: "s"), UInt8(ascii: "v"), UInt8(ascii: "d"): number(value, radix: 10, UInt8(ascii: "d"))
        case UInt8(ascii: "b"), UInt8(ascii: "o"), UInt8(ascii: "O"), UInt8(ascii: "x"), UInt8(ascii: "X"):
            writeInteger(value, operand, verb)
        default:
            append("%!")
            output.append(verb)
            append("(big.Int=\(value))")
        }
    }

    private mutating func number(_ value: BigInt, radix: Int, _ verb: UInt8) {
        var digits = Array(String(value.magnitude, radix: radix, uppercase: verb == UInt8(ascii: "X")).utf8)
        let prefix = numberPrefix(verb, digits)
        let sign: [UInt8] =
            value < 0
            ? [UInt8(ascii: "-")]
            : flags.plus ? [UInt8(ascii: "+")] : flags.space ? [UInt8(ascii: " ")] : []
        if let precision = flags.precision {
            flags.zero = false
            if precision == 0, value == 0 { digits = [] }
            digits = [UInt8](repeating: 48, count: Swift.max(0, precision - digits.count)) + digits
        } else if flags.zero, !flags.minus, let width = flags.width {
            let room = width - sign.count
            digits = [UInt8](repeating: 48, count: Swift.max(0, room - digits.count)) + digits
        }
        flags.zero = false
        pad(sign + prefix + digits)
    }

    private func numberPrefix(_ verb: UInt8, _ digits: [UInt8]) -> [UInt8] {
        if verb == UInt8(ascii: "O") { return Array("0o".utf8) }
        guard flags.sharp else { return [] }
        switch verb {
        case UInt8(ascii: "b"): return Array("0b".utf8)
        case UInt8(ascii: "o"): return digits.first == 48 ? [] : [48]
        case UInt8(ascii: "x"): return Array("0x".utf8)
        case UInt8(ascii: "X"): return Array("0X".utf8)
        default: return []
        }
    }

    private mutating func writeFloat(_ value: Double, _ operand: Operand, _ verb: UInt8) {
        var text: [UInt8]
        switch verb {
        case UInt8(ascii: "v"), UInt8(ascii: "g"), UInt8(ascii: "G"):
            let form = verb == UInt8(ascii: "G") ? verb : UInt8(ascii: "g")
            text = GoFloats.format(value.magnitude, verb: form, precision: flags.precision ?? -1)
        case UInt8(ascii: "e"), UInt8(ascii: "E"):
            text = GoFloats.format(value.magnitude, verb: verb, precision: flags.precision ?? 6)
        case UInt8(ascii: "f"), UInt8(ascii: "F"):
            text = GoFloats.format(value.magnitude, verb: UInt8(ascii: "f"), precision: flags.precision ?? 6)
        case UInt8(ascii: "b"):
            let isSubnormal = value.exponentBitPattern == 0
            let mantissa = value.significandBitPattern | (isSubnormal ? 0 : 1 << 52)
            let power = Int(isSubnormal ? 1 : value.exponentBitPattern) - 1075
            text = Array("\(mantissa)p\(power < 0 ? "-" : "+")\(power.magnitude)".utf8)
        case UInt8(ascii: "x"), UInt8(ascii: "X"):
            text = hexadecimal(value.magnitude, precision: flags.precision)
            if verb == UInt8(ascii: "X") { text = text.map { (97...122).contains($0) ? $0 - 32 : $0 } }
        default:
            writeBad(operand, UInt32(verb))
            return
        }
        if flags.sharp, verb != UInt8(ascii: "b") { text = pointed(text, verb) }
        let sign: [UInt8] =
            value.sign == .minus
            ? [UInt8(ascii: "-")]
            : flags.plus ? [UInt8(ascii: "+")] : flags.space ? [UInt8(ascii: " ")] : []
        if flags.zero, !flags.minus, let width = flags.width {
            text = [UInt8](repeating: 48, count: Swift.max(0, width - sign.count - text.count)) + text
        }
        flags.zero = false
        pad(sign + text)
    }

    /// A floating point number with a point in any case, and with the zeros that other forms leave out.
    private func pointed(_ text: [UInt8], _ verb: UInt8) -> [UInt8] {
        let isHexadecimal = verb | 0x20 == UInt8(ascii: "x")
        let tailStart = text.firstIndex { byte in
            byte | 0x20 == UInt8(ascii: "p") || (byte | 0x20 == UInt8(ascii: "e") && !isHexadecimal)
        }
        var number = Array(text[..<(tailStart ?? text.count)])
        var missing = [UInt8(ascii: "g"), UInt8(ascii: "x")].contains(verb | 0x20) ? flags.precision ?? 6 : 0
        let digits = number.filter { $0 != UInt8(ascii: ".") }
        missing -= digits.drop { $0 == 48 }.count
        if !number.contains(UInt8(ascii: ".")) {
            if number == [48] { missing -= 1 }
            number.append(UInt8(ascii: "."))
        }
        number += [UInt8](repeating: 48, count: Swift.max(0, missing))
        return number + text[(tailStart ?? text.count)...]
    }

    /// 0x1.8p+01, with what digits are needed or asked for.
    private func hexadecimal(_ value: Double, precision: Int?) -> [UInt8] {
        let zeros = precision.map { $0 > 0 ? "." + String(repeating: "0", count: $0) : "" } ?? ""
        guard value != 0 else { return Array("0x0\(zeros)p+00".utf8) }
        var power = Int(value.exponent)
        var bits = value.significand.significandBitPattern
        if let precision, precision < 13 {
            // Rounded to the nearest, to even ones in the middle.
            let shift = UInt64(52 - precision * 4)
            let whole = bits | 1 << 52
            let half: UInt64 = 1 << (shift - 1)
            var kept = whole >> shift
            let rest = whole & (1 << shift - 1)
            if rest > half || (rest == half && kept & 1 == 1) { kept += 1 }
            if kept >> (53 - shift) != 0 { power += 1 }
            bits = (kept << shift) & (1 << 52 - 1)
        }
        var digits = ""
        while bits != 0 {
            digits += String(bits >> 48, radix: 16)
            bits = (bits << 4) & ((1 << 52) - 1)
        }
        if let precision { digits += String(repeating: "0", count: Swift.max(0, precision - digits.utf8.count)) }
        let shown = (power.magnitude < 10 ? "0" : "") + String(power.magnitude)
        return Array("0x1\(digits.isEmpty ? "" : "." + digits)p\(power < 0 ? "-" : "+")\(shown)".utf8)
    }

    private mutating func writeString(_ string: RegoString, _ operand: Operand, _ verb: UInt8) {
        switch verb {
        case UInt8(ascii: "v"), UInt8(ascii: "s"):
            if flags.isGoSyntax {
                pad(Array(GoQuote.quote(truncated(string)).utf8))
                return
            }
            pad(truncated(string).utf8)
        case UInt8(ascii: "q"):
            let shown = truncated(string)
            if flags.sharp, !flags.plus, canBackquote(shown) {
                pad([UInt8(ascii: "`")] + shown.utf8 + [UInt8(ascii: "`")])
                return
            }
            pad(Array(GoQuote.quote(shown, asciiOnly: flags.plus).utf8))
        case UInt8(ascii: "x"), UInt8(ascii: "X"): hexadecimal(string.utf8, isUpper: verb == UInt8(ascii: "X"))
        default: writeBad(operand, UInt32(verb))
        }
    }

    private func canBackquote(_ string: RegoString) -> Bool {
        string.runes.allSatisfy { $0 != 0xFEFF && $0 != 0x60 && $0 != 0x7F && ($0 >= 0x20 || $0 == 9) }
    }

    private func truncated(_ string: RegoString) -> RegoString {
        guard let precision = flags.precision, precision < string.utf8Count else { return string }
        return RegoString(runes: string.runes.prefix(precision))
    }

    private mutating func hexadecimal(_ bytes: [UInt8], isUpper: Bool) {
        let shown = flags.precision.map { bytes.prefix($0) } ?? bytes[...]
        let prefix = flags.sharp ? Array((isUpper ? "0X" : "0x").utf8) : []
        var text: [UInt8] = shown.isEmpty ? [] : prefix
        for (index, byte) in shown.enumerated() {
            if flags.space, index > 0 {
                text.append(UInt8(ascii: " "))
                text += prefix
            }
            let digits = String(byte, radix: 16, uppercase: isUpper)
            if byte < 16 { text.append(48) }
            text += Array(digits.utf8)
        }
        pad(text)
    }

    /// Appends a text at the width that is asked for, which counts characters.
    private mutating func pad(_ text: [UInt8]) {
        let count = text.withUnsafeBufferPointer { GoRunes.count($0) }
        let missing = Swift.max(0, (flags.width ?? 0) - count)
        if flags.minus {
            output += text
            output += [UInt8](repeating: UInt8(ascii: " "), count: missing)
        } else {
            output += [UInt8](repeating: flags.zero ? 48 : UInt8(ascii: " "), count: missing)
            output += text
        }
    }
}
