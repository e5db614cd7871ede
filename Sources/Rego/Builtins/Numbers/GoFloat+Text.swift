import BigInt

extension GoFloat {
    /// The number OPA makes of it: an integer in full, else the shortest text that reads back, as Go's `%g`.
    var number: RegoNumber { RegoNumber(text: text) ?? RegoNumber(0) }

    var text: String {
        let sign = isNegative ? "-" : ""
        if isZero { return sign + "0" }
        let (digits, point) = shortestDigits
        // Go's %g turns to an exponent below 10^-4 and from 10^6 on where the precision is "what is needed".
        if isInteger || (point > -4 && point <= 6) { return sign + GoFloats.plain(digits, exponent: point) }
        return sign + GoFloats.scientific(digits, exponent: point, padded: true)
    }

    /// The fewest digits that lie nearer to this value than to any other of 64 bits: 0.d₁d₂… × 10^point.
    private var shortestDigits: (digits: [UInt8], point: Int) {
        // In quarters of the last bit, so that the middles between neighbours are integers; the neighbour below a
        // power of two is half as far away.
        let quarters = BigUInt(mantissa) << 2
        let power = exponent - 2
        let scale = power >= 0 ? BigUInt(1) << power : BigUInt(5).power(-power)
        let exact = quarters * scale
        let lower = (quarters - (mantissa == 1 << 63 ? 1 : 2)) * scale
        let upper = (quarters + 2) * scale
        let isInclusive = mantissa & 1 == 0
        let count = String(exact).utf8.count
        var step = BigUInt(10).power(count)
        while step > 1 {
            let down = exact - exact % step
            let up = down + step
            let isDownNear = isInclusive ? down >= lower : down > lower
            let isUpNear = isInclusive ? up <= upper : up < upper
            if isDownNear || isUpNear {
                let isDownNearer = exact - down <= up - exact
                let chosen = isDownNear && (isDownNearer || !isUpNear) ? down : up
                if chosen != 0 { return GoFloat.digits(chosen, power: power) }
            }
            step /= 10
        }
        return GoFloat.digits(exact, power: power)
    }

    private static func digits(_ value: BigUInt, power: Int) -> (digits: [UInt8], point: Int) {
        var digits = Array(String(value).utf8).map { $0 - 48 }
        let point = digits.count + Swift.min(power, 0)
        while digits.last == 0 { digits.removeLast() }
        return (digits, point)
    }
}
