import BigInt

/// `units.parse` and `units.parse_bytes`.
enum UnitBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("units.parse", [.string], .number, evaluate: parse),
        BuiltinDeclaration("units.parse_bytes", [.string], .number, evaluate: parseBytes),
    ]

    static func parse(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let text = try arguments.string(0).string.replacing("\"", with: "")
        if text.contains(" ") { throw failure("units.parse", "spaces not allowed in resource strings") }
        guard let (amount, unit) = separate(text) else { throw failure("units.parse", "exponent too large") }
        if amount.isEmpty { throw failure("units.parse", "no amount provided") }
        let known = String(unit.prefix(1)) + unit.dropFirst().lowercased()
        guard let (numerator, denominator) = ratio(of: known) else {
            throw failure("units.parse", "unit \(known) not recognized")
        }
        guard let number = GoFloats.parse(amount), let (whole, power) = parts(number) else {
            throw failure("units.parse", "could not parse amount to a number")
        }
        var top = whole * numerator
        var bottom = denominator
        if power >= 0 { top *= BigInt(10).power(power) } else { bottom *= BigInt(10).power(-power) }
        let (quotient, remainder) = top.quotientAndRemainder(dividingBy: bottom)
        if remainder == 0 { return .number(RegoNumber(quotient)) }
        return .number(tenDigits(top, bottom))
    }

    /// Ten digits behind the point, rounded half away from zero, as Go's `Rat.FloatString` does.
    private static func tenDigits(_ top: BigInt, _ bottom: BigInt) -> RegoNumber {
        let scale = BigInt(10_000_000_000)
        let doubled = (top.magnitude.signed * scale * 2 + bottom) / (bottom * 2)
        let (whole, fraction) = doubled.quotientAndRemainder(dividingBy: scale)
        let digits = String(fraction)
        let padded = String(repeating: "0", count: 10 - digits.utf8.count) + digits
        return RegoNumber(text: "\(top < 0 ? "-" : "")\(whole).\(padded)") ?? RegoNumber(0)
    }

    static func parseBytes(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let name = "units.parse_bytes"
        let text = GoCase.lower(try arguments.string(0)).string.replacing("\"", with: "")
        if text.contains(" ") { throw failure(name, "spaces not allowed in resource strings") }
        guard let (amount, unit) = separate(text) else { throw failure(name, "exponent too large") }
        if amount.isEmpty { throw failure(name, "no byte amount provided") }
        guard let factor = bytes(in: unit) else { throw failure(name, "byte unit \(unit) not recognized") }
        guard let number = GoFloats.parse(amount) else {
            throw failure(name, "could not parse byte amount to a number")
        }
        let value = try GoFloat(number) * GoFloat(RegoNumber(Int(factor)))
        return .number(RegoNumber(value.truncated))
    }

    private static func failure(_ name: String, _ message: String) -> BuiltinError {
        BuiltinError("\(name): \(message)")
    }

    /// The digits of a number as an integer, and the power of ten that stands with it.
    private static func parts(_ number: RegoNumber) -> (BigInt, Int)? {
        let decimal = number.decimal
        guard decimal.exponent.magnitude <= GoFloat.decimalLimit else { return nil }
        let digits = String(decoding: decimal.digits.map { $0 + 48 }, as: UTF8.self)
        guard let whole = BigInt(digits.isEmpty ? "0" : digits) else { return nil }
        return (decimal.isNegative ? -whole : whole, decimal.exponent - decimal.digits.count)
    }

    private static func ratio(of unit: String) -> (BigInt, BigInt)? {
        // A thousandth is the floating point number nearest to it, as OPA has it.
        if unit == "m" {
            return (BigInt(1152921504606847), BigInt(1) << 60)
        }
        if unit.isEmpty { return (1, 1) }
        let steps = ["k": 1, "m": 2, "g": 3, "t": 4, "p": 5, "e": 6]
        guard let step = steps[unit.prefix(1).lowercased()] else { return nil }
        switch unit.dropFirst() {
        case "": return (BigInt(1000).power(step), 1)
        case "i": return (BigInt(1024).power(step), 1)
        default: return nil
        }
    }

    private static func bytes(in unit: String) -> UInt64? {
        if unit.isEmpty { return 1 }
        let steps = ["k": 1, "m": 2, "g": 3, "t": 4, "p": 5, "e": 6]
        guard let step = steps[String(unit.prefix(1))] else { return nil }
        switch unit.dropFirst() {
        case "", "b": return (0..<step).reduce(1) { product, _ in product * 1000 }
        case "i", "ib": return 1 << UInt64(step * 10)
        default: return nil
        }
    }

    /// The number at the start of a text, with an exponent where one follows, and the rest; nil for absurd exponents.
    private static func separate(_ text: String) -> (amount: String, unit: String)? {
        let bytes = Array(text.utf8)
        func isDigit(_ index: Int) -> Bool { index < bytes.count && bytes[index] &- 48 <= 9 }
        func isSign(_ index: Int) -> Bool { index < bytes.count && (bytes[index] == 43 || bytes[index] == 45) }
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte | 0x20 == UInt8(ascii: "e") {
                guard isDigit(index + 1) || isSign(index + 1) else { break }
                if isSign(index + 1) { index += 1 }
                let digits = bytes[(index + 1)...].prefix { $0 &- 48 <= 9 }.count
                if digits > 6 { return nil }
            } else if !isDigit(index), !isSign(index), byte != UInt8(ascii: ".") {
                break
            }
            index += 1
        }
        return (String(decoding: bytes[..<index], as: UTF8.self), String(decoding: bytes[index...], as: UTF8.self))
    }
}
