/// A number as it was written, and its value as decimal digits: 0.d₁d₂d₃… × 10^exponent.
final class RegoDecimal: Sendable {
    let text: String
    let isNegative: Bool
    /// The significant digits, 0 to 9, without zeros at either end; empty for zero.
    let digits: [UInt8]
    let exponent: Int
    /// The value as an integer of 64 bits, where it is one.
    let small: Int64?
    let hash: UInt64

    /// Exponents saturate here: what lies beyond differs from nothing that can be computed with.
    private static let exponentLimit = 1_000_000_000_000

    init(_ value: Int64) {
        text = String(value)
        isNegative = value < 0
        var magnitude = value.magnitude
        var reversed: [UInt8] = []
        while magnitude > 0 {
            reversed.append(UInt8(magnitude % 10))
            magnitude /= 10
        }
        exponent = reversed.count
        digits = Array(reversed.drop { $0 == 0 }.reversed())
        small = value
        hash = RegoHash.integer(value)
    }

    // Safety: the bytes are lent for the call, and every index stays below their count.
    /// Reads a JSON number, or answers nil.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        var scanner = Scanner(bytes: bytes)
        guard scanner.scan() else { return nil }
        var digits = scanner.digits[...]
        var exponent = scanner.integerDigits + scanner.exponent
        while digits.first == 0 {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { exponent = 0 }
        text = String(decoding: bytes, as: UTF8.self)
        isNegative = scanner.isNegative
        self.digits = Array(digits)
        self.exponent = exponent
        small = RegoDecimal.integer(of: digits, exponent: exponent, isNegative: scanner.isNegative)
        if let small {
            hash = RegoHash.integer(small)
        } else {
            let mixed = Array(digits).withUnsafeBytes { RegoHash.bytes($0).hash }
            hash = RegoHash.mix(mixed ^ UInt64(bitPattern: Int64(exponent)), isNegative ? 3 : 5)
        }
    }

    var isZero: Bool { digits.isEmpty }

    var isInteger: Bool { exponent >= digits.count }

    /// Compares the values, exactly.
    func order(_ other: RegoDecimal) -> Int {
        let sign = isZero ? 0 : isNegative ? -1 : 1
        let otherSign = other.isZero ? 0 : other.isNegative ? -1 : 1
        if sign != otherSign { return sign < otherSign ? -1 : 1 }
        if sign == 0 { return 0 }
        if exponent != other.exponent { return (exponent < other.exponent ? -1 : 1) * sign }
        for (left, right) in zip(digits, other.digits) where left != right {
            return (left < right ? -1 : 1) * sign
        }
        return (digits.count - other.digits.count).signum() * sign
    }

    private static func integer(of digits: ArraySlice<UInt8>, exponent: Int, isNegative: Bool) -> Int64? {
        guard exponent >= digits.count, exponent <= 19 else { return nil }
        var value: Int64 = 0
        for position in 0..<exponent {
            let index = digits.startIndex + position
            let digit = index < digits.endIndex ? Int64(digits[index]) : 0
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflow2) =
                isNegative
                ? shifted.subtractingReportingOverflow(digit) : shifted.addingReportingOverflow(digit)
            if overflow || overflow2 { return nil }
            value = sum
        }
        return value
    }

    /// Reads the grammar of RFC 8259, section 6.
    private struct Scanner {
        // Safety: the bytes are lent for the call, and every index stays below their count.
        let bytes: UnsafeBufferPointer<UInt8>
        var offset = 0
        var isNegative = false
        var digits: [UInt8] = []
        var integerDigits = 0
        var exponent = 0

        // Safety: the bytes are lent for the call, and every index stays below their count.
        init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

        mutating func scan() -> Bool {
            if take("-") { isNegative = true }
            let isZero = offset < bytes.count && bytes[offset] == UInt8(ascii: "0")
            integerDigits = takeDigits()
            guard integerDigits > 0, !(isZero && integerDigits > 1) else { return false }
            if take("."), takeDigits() == 0 { return false }
            if take("e") || take("E") {
                let isBelow = take("-")
                if !isBelow { _ = take("+") }
                guard let magnitude = takeExponent() else { return false }
                exponent = isBelow ? -magnitude : magnitude
            }
            return offset == bytes.count
        }

        private mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: character) else { return false }
            offset += 1
            return true
        }

        private mutating func takeDigits() -> Int {
            let start = offset
            while offset < bytes.count, bytes[offset] &- 48 <= 9 {
                digits.append(bytes[offset] - 48)
                offset += 1
            }
            return offset - start
        }

        private mutating func takeExponent() -> Int? {
            let start = offset
            var value = 0
            while offset < bytes.count, bytes[offset] &- 48 <= 9 {
                value = Swift.min(value * 10 + Int(bytes[offset] - 48), RegoDecimal.exponentLimit)
                offset += 1
            }
            return offset > start ? value : nil
        }
    }
}
