/// Floating point values in decimal, as Go prints them.
enum GoFloats {
    /// The shortest digits that read back as the value, and where the decimal point stands: 0.d₁d₂… × 10^exponent.
    static func digits(_ value: Double) -> (digits: [UInt8], exponent: Int) {
        guard value != 0 else { return ([], 0) }
        var digits: [UInt8] = []
        var exponent = 0
        var isFraction = false
        var scanned = value.magnitude.description.utf8[...]
        while let character = scanned.popFirst() {
            switch character {
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "e"):
                exponent += Int(String(decoding: scanned, as: UTF8.self)) ?? 0
                scanned = scanned[scanned.endIndex...]
            default:
                digits.append(character - 48)
                if !isFraction { exponent += 1 }
            }
        }
        let leading = digits.prefix { $0 == 0 }.count
        digits.removeFirst(leading)
        exponent -= leading
        while digits.last == 0 { digits.removeLast() }
        return (digits, exponent)
    }

    /// As Go's JSON writes a value: plain between 1e-6 and 1e21, else with an exponent.
    static func shortest(_ value: Double) -> String {
        let (digits, exponent) = digits(value)
        let sign = value.sign == .minus ? "-" : ""
        if digits.isEmpty { return sign + "0" }
        if exponent < -5 || exponent > 21 { return sign + scientific(digits, exponent: exponent, padded: false) }
        return sign + plain(digits, exponent: exponent)
    }

    /// Digits with the point where it belongs and no exponent.
    static func plain(_ digits: [UInt8], exponent: Int) -> String {
        var text: [UInt8] = []
        if exponent <= 0 {
            text += Array("0.".utf8)
            text += [UInt8](repeating: 48, count: -exponent)
            text += digits.map { $0 + 48 }
        } else {
            for index in 0..<Swift.max(exponent, digits.count) {
                if index == exponent { text.append(UInt8(ascii: ".")) }
                text.append(index < digits.count ? digits[index] + 48 : 48)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Digits as d.ddde±xx, the exponent with at least two figures when padded.
    static func scientific(_ digits: [UInt8], exponent: Int, padded: Bool) -> String {
        var text = [(digits.first ?? 0) + 48]
        if digits.count > 1 {
            text.append(UInt8(ascii: "."))
            text += digits.dropFirst().map { $0 + 48 }
        }
        let power = digits.isEmpty ? 0 : exponent - 1
        text.append(UInt8(ascii: "e"))
        text.append(power < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        if padded, power.magnitude < 10 { text.append(48) }
        text += Array(String(power.magnitude).utf8)
        return String(decoding: text, as: UTF8.self)
    }
}
