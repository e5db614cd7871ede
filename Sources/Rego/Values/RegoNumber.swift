/// A number of Rego: exact, and shown as it was written.
///
/// Integers of 64 bits stand inline; all others are the text of a JSON number: `1.0` stays `1.0` and equals `1`.
public struct RegoNumber: Sendable {
    enum Form: Sendable {
        case small(Int64)
        case written(RegoDecimal)
    }

    let form: Form

    init(form: Form) { self.form = form }

    /// Makes an integer.
    public init(_ value: Int) { form = .small(Int64(value)) }

    /// Makes an integer.
    public init(_ value: Int64) { form = .small(value) }

    /// Makes the number a JSON text stands for, or nil when the text is no number of JSON.
    public init?(text: String) {
        var text = text
        guard let made = text.withUTF8({ RegoNumber(utf8: $0) }) else { return nil }
        self = made
    }

    // Safety: the bytes are lent for the call, and every index stays below their count.
    /// Makes the number of the bytes of a JSON number, or nil when they are none.
    public init?(utf8 bytes: UnsafeBufferPointer<UInt8>) {
        if let small = RegoNumber.canonicalInteger(bytes) {
            form = .small(small)
            return
        }
        guard let decimal = RegoDecimal(bytes) else { return nil }
        form = .written(decimal)
    }

    /// Makes the number nearest to a floating point value, or nil for infinities and NaN.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        if value == value.rounded(), Swift.abs(value) < 1e15, !(value == 0 && value.sign == .minus) {
            self.init(Int64(value))
            return
        }
        self.init(text: GoFloats.shortest(value))
    }

    /// The text, as OPA prints it.
    public var text: String {
        switch form {
        case .small(let value): String(value)
        case .written(let decimal): decimal.text
        }
    }

    /// True when the number stands inline.
    var isSmall: Bool {
        if case .small = form { return true }
        return false
    }

    /// The integer when it was written as one that fits: `1` has it, `1.0` does not.
    public var int: Int? {
        switch form {
        case .small(let value): Int(value)
        case .written(let decimal): Int(decimal.text)
        }
    }

    /// The integer when the value is one that fits, however it was written.
    public var integerValue: Int64? {
        switch form {
        case .small(let value): value
        case .written(let decimal): decimal.small
        }
    }

    /// True when the value has no fraction.
    public var isInteger: Bool {
        switch form {
        case .small: true
        case .written(let decimal): decimal.isInteger
        }
    }

    /// The nearest floating point value.
    public var double: Double {
        switch form {
        case .small(let value): Double(value)
        case .written(let decimal): Double(decimal.text) ?? .nan
        }
    }

    /// True below zero.
    public var isNegative: Bool {
        switch form {
        case .small(let value): value < 0
        case .written(let decimal): decimal.isNegative && !decimal.digits.isEmpty
        }
    }

    var hash64: UInt64 {
        switch form {
        case .small(let value): RegoHash.integer(value)
        case .written(let decimal): decimal.hash
        }
    }

    // Safety: the bytes are lent for the call, and every index stays below their count.
    /// An integer in the one form that `Int64` prints, so that the text need not be kept.
    private static func canonicalInteger(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        var index = 0
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { index = 1 }
        let count = bytes.count - index
        guard count >= 1, count <= 18 else { return nil }
        if bytes[index] == UInt8(ascii: "0") { return count == 1 && !isNegative ? 0 : nil }
        var value: Int64 = 0
        while index < bytes.count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value &* 10 &+ Int64(digit)
            index += 1
        }
        return isNegative ? -value : value
    }
}

extension RegoNumber: Hashable, Comparable {
    /// Equal when the values are: `1` equals `1.0`.
    @inline(__always)
    public static func == (left: RegoNumber, right: RegoNumber) -> Bool {
        if case .small(let first) = left.form, case .small(let second) = right.form { return first == second }
        return left.hash64 == right.hash64 && left.order(right) == 0
    }

    /// Ordered by value.
    public static func < (left: RegoNumber, right: RegoNumber) -> Bool { left.order(right) < 0 }

    /// Adds a hash of the value.
    public func hash(into hasher: inout Hasher) { hasher.combine(hash64) }

    /// Negative, zero or positive as the left value is below, at or above the right one; exact.
    func order(_ other: RegoNumber) -> Int {
        if case .small(let left) = form, case .small(let right) = other.form {
            return left < right ? -1 : left == right ? 0 : 1
        }
        return decimal.order(other.decimal)
    }

    /// The number in decimal, made for small ones.
    var decimal: RegoDecimal {
        switch form {
        case .small(let value): RegoDecimal(value)
        case .written(let decimal): decimal
        }
    }
}

extension RegoNumber: ExpressibleByIntegerLiteral, CustomStringConvertible {
    /// Makes an integer of a literal.
    public init(integerLiteral value: Int) { self.init(value) }

    /// The text, as OPA prints it.
    public var description: String { text }
}
