extension GoFloats {
    /// Reads what Go's ParseFloat reads beyond JSON's grammar: a plus sign, leading zeros, `.5`, `5.`, hexadecimal.
    static func parse(_ text: String) -> RegoNumber? {
        var rest = text.utf8[...]
        var isNegative = false
        if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") {
            isNegative = rest.removeFirst() == UInt8(ascii: "-")
        }
        let sign = isNegative ? "-" : ""
        if rest.starts(with: "0x".utf8) || rest.starts(with: "0X".utf8) {
            guard let value = Double(text), value.isFinite, text.utf8.contains(where: { $0 | 0x20 == 0x70 }) else {
                return nil
            }
            return RegoNumber(value)
        }
        let mantissa = rest.prefix { $0 | 0x20 != UInt8(ascii: "e") }
        let exponent = String(decoding: rest[mantissa.endIndex...], as: UTF8.self)
        let parts = mantissa.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.contains(where: { !$0.isEmpty }) else { return nil }
        let whole = String(decoding: parts[0].drop { $0 == 48 }, as: UTF8.self)
        let fraction = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : ""
        let plain = sign + (whole.isEmpty ? "0" : whole) + (fraction.isEmpty ? "" : "." + fraction) + exponent
        return RegoNumber(text: plain)
    }
}
