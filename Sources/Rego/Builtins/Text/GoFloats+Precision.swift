import BigInt

extension GoFloats {
    /// All decimal digits of a value: 0.d₁d₂… × 10^exponent.
    static func exactDigits(_ value: Double) -> (digits: [UInt8], exponent: Int) {
        guard value != 0 else { return ([], 0) }
        let isSubnormal = value.exponentBitPattern == 0
        let mantissa = BigUInt(value.significandBitPattern | (isSubnormal ? 0 : 1 << 52))
        let power = Int(isSubnormal ? 1 : value.exponentBitPattern) - 1075
        let scaled = power >= 0 ? mantissa << power : mantissa * BigUInt(5).power(-power)
        var digits = Array(String(scaled).utf8).map { $0 - 48 }
        let exponent = digits.count + Swift.min(power, 0)
        while digits.last == 0 { digits.removeLast() }
        return (digits, exponent)
    }

    /// Digits cut to a number of them, rounded to nearest even.
    static func rounded(
        _ value: (digits: [UInt8], exponent: Int), to count: Int
    ) -> (digits: [UInt8], exponent: Int) {
        guard count < value.digits.count else { return value }
        if count < 0 { return ([], 0) }
        var digits = Array(value.digits[..<count])
        let next = value.digits[count]
        let isExactHalf = next == 5 && value.digits.count == count + 1
        let isUp = isExactHalf ? (digits.last ?? 0) & 1 == 1 : next >= 5
        if isUp {
            while digits.last == 9 { digits.removeLast() }
            guard let last = digits.popLast() else { return ([1], value.exponent + 1) }
            digits.append(last + 1)
        }
        while digits.last == 0 { digits.removeLast() }
        return digits.isEmpty ? ([], 0) : (digits, value.exponent)
    }

    /// A magnitude as Go's strconv formats it: verb e, E, f, g or G; a negative precision is what is needed.
    static func format(_ value: Double, verb: UInt8, precision: Int) -> [UInt8] {
        let isShortest = precision < 0
        let lower = verb | 0x20
        var (digits, exponent) = isShortest ? self.digits(value) : exactDigits(value)
        var precision = precision
        switch lower {
        case UInt8(ascii: "e"):
            if isShortest { precision = Swift.max(digits.count - 1, 0) }
            (digits, exponent) = rounded((digits, exponent), to: precision + 1)
            return scientificBytes(digits, exponent, precision, verb)
        case UInt8(ascii: "f"):
            if isShortest { precision = Swift.max(digits.count - exponent, 0) }
            (digits, exponent) = rounded((digits, exponent), to: exponent + precision)
            return plainBytes(digits, exponent, precision)
        default:
            if precision == 0 { precision = 1 }
            if !isShortest { (digits, exponent) = rounded((digits, exponent), to: precision) }
            var limit = isShortest ? 6 : precision
            if !isShortest, limit > digits.count, digits.count >= exponent { limit = digits.count }
            let power = digits.isEmpty ? 0 : exponent - 1
            if power < -4 || power >= limit {
                let count = Swift.max(digits.count - 1, 0)
                return scientificBytes(digits, exponent, count, verb == lower ? UInt8(ascii: "e") : UInt8(ascii: "E"))
            }
            return plainBytes(digits, exponent, Swift.max(digits.count - exponent, 0))
        }
    }

    private static func scientificBytes(
        _ digits: [UInt8], _ exponent: Int, _ precision: Int, _ verb: UInt8
    ) -> [UInt8] {
        var made = [(digits.first ?? 0) + 48]
        if precision > 0 {
            made.append(UInt8(ascii: "."))
            for index in 1...precision { made.append(index < digits.count ? digits[index] + 48 : 48) }
        }
        let power = digits.isEmpty ? 0 : exponent - 1
        made.append(verb)
        made.append(power < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        if power.magnitude < 10 { made.append(48) }
        return made + Array(String(power.magnitude).utf8)
    }

    private static func plainBytes(_ digits: [UInt8], _ exponent: Int, _ precision: Int) -> [UInt8] {
        var made: [UInt8] = []
        if digits.isEmpty || exponent <= 0 {
            made.append(48)
        } else {
            for index in 0..<exponent { made.append(index < digits.count ? digits[index] + 48 : 48) }
        }
        guard precision > 0 else { return made }
        made.append(UInt8(ascii: "."))
        for index in 0..<precision {
            let position = digits.isEmpty ? -1 : exponent + index
            made.append(position >= 0 && position < digits.count ? digits[position] + 48 : 48)
        }
        return made
    }
}
