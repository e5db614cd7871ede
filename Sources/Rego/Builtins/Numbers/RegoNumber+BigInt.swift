import BigInt

extension RegoNumber {
    /// The largest integers that arithmetic makes, in bits: beyond it multiplying takes longer than a policy should.
    static let bitLimit = 1 << 20

    /// Makes an integer of any size.
    init(_ value: BigInt) {
        if let small = Int64(exactly: value) {
            self.init(small)
        } else {
            self = RegoNumber(text: String(value)) ?? RegoNumber(0)
        }
    }

    /// The exact integer, or nil when there is a fraction or more digits than arithmetic takes.
    var bigInt: BigInt? {
        switch form {
        case .small(let value): return BigInt(value)
        case .written(let decimal):
            if let small = decimal.small { return BigInt(small) }
            guard decimal.isInteger, decimal.exponent <= 100_000 else { return nil }
            let digits = String(decoding: decimal.digits.map { $0 + 48 }, as: UTF8.self)
            guard let magnitude = BigInt(digits) else { return nil }
            let value = magnitude * BigInt(10).power(decimal.exponent - decimal.digits.count)
            return decimal.isNegative ? -value : value
        }
    }
}
