import BigInt

/// A floating point number with 64 bits of mantissa, rounded to nearest even.
///
/// It is what Go's `big.Float` is where OPA uses it.
struct GoFloat: Sendable {
    var isNegative: Bool
    /// With its highest bit set, or zero.
    var mantissa: UInt64
    /// The value is mantissa × 2^exponent.
    var exponent: Int

    static let zero = GoFloat(isNegative: false, mantissa: 0, exponent: 0)

    /// Decimal exponents beyond this are no numbers to compute with.
    static let decimalLimit = 20_000

    var isZero: Bool { mantissa == 0 }

    init(isNegative: Bool, mantissa: UInt64, exponent: Int) {
        self.isNegative = isNegative
        self.mantissa = mantissa
        self.exponent = exponent
    }

    init(_ number: RegoNumber) throws(BuiltinError) {
        switch number.form {
        case .small(let value): self.init(isNegative: value < 0, wide: UInt128(value.magnitude), exponent: 0)
        case .written(let decimal): try self.init(decimal)
        }
    }

    /// Rounds a wide mantissa; `isSticky` says that bits below it are not all zero.
    init(isNegative: Bool, wide: UInt128, exponent: Int, isSticky: Bool = false) {
        guard wide != 0 else {
            self.init(isNegative: isNegative, mantissa: 0, exponent: 0)
            return
        }
        let width = 128 - wide.leadingZeroBitCount
        guard width > 64 else {
            self.init(
                isNegative: isNegative, mantissa: UInt64(wide) << UInt64(64 - width), exponent: exponent - (64 - width))
            return
        }
        let dropped = width - 64
        var mantissa = UInt64(truncatingIfNeeded: wide >> UInt128(dropped))
        let rest = wide & ((UInt128(1) << UInt128(dropped)) - 1)
        let half = UInt128(1) << UInt128(dropped - 1)
        var exponent = exponent + dropped
        if rest > half || (rest == half && (isSticky || mantissa & 1 == 1)) {
            mantissa &+= 1
            if mantissa == 0 {
                mantissa = 1 << 63
                exponent += 1
            }
        }
        self.init(isNegative: isNegative, mantissa: mantissa, exponent: exponent)
    }

    private init(_ decimal: RegoDecimal) throws(BuiltinError) {
        guard !decimal.isZero else {
            self.init(isNegative: decimal.isNegative, mantissa: 0, exponent: 0)
            return
        }
        let digits = decimal.digits
        let power = decimal.exponent - digits.count
        guard power.magnitude <= GoFloat.decimalLimit, digits.count <= GoFloat.decimalLimit else {
            throw BuiltinError("number has an exponent too large to compute with")
        }
        let text = String(decoding: digits.map { $0 + 48 }, as: UTF8.self)
        let whole = BigUInt(text) ?? 0
        if power >= 0 {
            self.init(isNegative: decimal.isNegative, big: whole * BigUInt(10).power(power), exponent: 0)
            return
        }
        let divisor = BigUInt(10).power(-power)
        let shift = Swift.max(0, divisor.bitWidth - whole.bitWidth + 70)
        let (quotient, remainder) = (whole << shift).quotientAndRemainder(dividingBy: divisor)
        self.init(isNegative: decimal.isNegative, big: quotient, exponent: -shift, isSticky: remainder != 0)
    }

    private init(isNegative: Bool, big: BigUInt, exponent: Int, isSticky: Bool = false) {
        let extra = Swift.max(0, big.bitWidth - 128)
        let wide = UInt128(truncatingIfNeeded: big >> extra)
        let isCut = extra > 0 && big.trailingZeroBitCount < extra
        // A bit below 128 stands for all that is cut: it is far below the 64 that remain.
        self.init(
            isNegative: isNegative, wide: isCut ? wide | 1 : wide, exponent: exponent + extra, isSticky: isSticky)
    }

    /// True when there is no fraction.
    var isInteger: Bool { isZero || exponent >= 0 || mantissa.trailingZeroBitCount >= -exponent }

    /// The integer towards zero.
    var truncated: BigInt {
        var magnitude = BigInt(mantissa)
        if exponent >= 0 { magnitude <<= exponent } else { magnitude >>= -exponent }
        return isNegative ? -magnitude : magnitude
    }
}

extension GoFloat {
    static prefix func - (value: GoFloat) -> GoFloat {
        GoFloat(isNegative: !value.isNegative, mantissa: value.mantissa, exponent: value.exponent)
    }

    static func + (left: GoFloat, right: GoFloat) -> GoFloat {
        if left.isZero {
            return right.isZero && left.isNegative && right.isNegative ? left : right.isZero ? .zero : right
        }
        if right.isZero { return left }
        let (large, small) = left.exponent >= right.exponent ? (left, right) : (right, left)
        let distance = large.exponent - small.exponent
        let wide = UInt128(large.mantissa) << 62
        var other = UInt128(small.mantissa) << 62
        var isSticky = false
        if distance >= 126 {
            other = 0
            isSticky = true
        } else if distance > 0 {
            isSticky = other & ((UInt128(1) << UInt128(distance)) - 1) != 0
            other >>= UInt128(distance)
        }
        if isSticky { other |= 1 }
        let exponent = large.exponent - 62
        if large.isNegative == small.isNegative {
            return GoFloat(isNegative: large.isNegative, wide: wide + other, exponent: exponent)
        }
        if wide == other { return .zero }
        if wide > other { return GoFloat(isNegative: large.isNegative, wide: wide - other, exponent: exponent) }
        return GoFloat(isNegative: small.isNegative, wide: other - wide, exponent: exponent)
    }

    static func - (left: GoFloat, right: GoFloat) -> GoFloat { left + (-right) }

    static func * (left: GoFloat, right: GoFloat) -> GoFloat {
        GoFloat(
            isNegative: left.isNegative != right.isNegative, wide: UInt128(left.mantissa) * UInt128(right.mantissa),
            exponent: left.exponent + right.exponent)
    }

    /// The divisor is not zero.
    static func / (left: GoFloat, right: GoFloat) -> GoFloat {
        let isNegative = left.isNegative != right.isNegative
        if left.isZero { return GoFloat(isNegative: isNegative, mantissa: 0, exponent: 0) }
        let divisor = UInt128(right.mantissa)
        let (quotient, remainder) = (UInt128(left.mantissa) << 64).quotientAndRemainder(dividingBy: divisor)
        let (more, rest) = (remainder << 2).quotientAndRemainder(dividingBy: divisor)
        let wide = (quotient << 3) | (more << 1) | (rest != 0 ? 1 : 0)
        return GoFloat(isNegative: isNegative, wide: wide, exponent: left.exponent - right.exponent - 67)
    }
}
