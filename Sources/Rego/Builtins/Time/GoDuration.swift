/// Durations as Go writes them: `1h15m30.918s`, `-1.5h`, `300ms`.
enum GoDuration {
    private static let units: [String: UInt64] = [
        "ns": 1, "us": 1_000, "µs": 1_000, "μs": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "m": 60_000_000_000,
        "h": 3_600_000_000_000,
    ]

    /// The nanoseconds of a duration.
    static func parse(_ text: RegoString) throws(BuiltinError) -> Int64 {
        let invalid = BuiltinError("time: invalid duration \(GoQuote.quote(text))")
        var rest = text.utf8[...]
        let isNegative = rest.first == 45
        if isNegative || rest.first == 43 { rest = rest.dropFirst() }
        if rest.elementsEqual("0".utf8) { return 0 }
        if rest.isEmpty { throw invalid }
        var total: UInt64 = 0
        while !rest.isEmpty {
            let whole = rest.prefix { $0 &- 48 <= 9 }
            rest = rest[whole.endIndex...]
            var fraction = rest.prefix(0)
            if rest.first == 46 {
                fraction = rest.dropFirst().prefix { $0 &- 48 <= 9 }
                rest = rest[fraction.endIndex...]
            }
            if whole.isEmpty, fraction.isEmpty { throw invalid }
            let name = rest.prefix { $0 != 46 && $0 &- 48 > 9 }
            rest = rest[name.endIndex...]
            if name.isEmpty { throw BuiltinError("time: missing unit in duration \(GoQuote.quote(text))") }
            let unitName = String(decoding: name, as: UTF8.self)
            guard let unit = units[unitName] else {
                let shown = GoQuote.quote(RegoString(unitName))
                throw BuiltinError("time: unknown unit \(shown) in duration \(GoQuote.quote(text))")
            }
            guard let amount = whole.isEmpty ? 0 : UInt64(String(decoding: whole, as: UTF8.self)) else { throw invalid }
            let (scaled, overflow) = amount.multipliedReportingOverflow(by: unit)
            let (sum, overflow2) = total.addingReportingOverflow(scaled)
            if overflow || overflow2 { throw invalid }
            total = sum + part(fraction, of: unit)
            if total > 1 << 63 { throw invalid }
        }
        if isNegative { return total == 1 << 63 ? .min : -Int64(total) }
        guard total <= UInt64(Int64.max) else { throw invalid }
        return Int64(total)
    }

    /// A decimal fraction of a unit, cut.
    private static func part(_ digits: ArraySlice<UInt8>, of unit: UInt64) -> UInt64 {
        var value: UInt64 = 0
        var scale: Double = 1
        for digit in digits {
            if value > UInt64.max / 40 { break }
            value = value * 10 + UInt64(digit - 48)
            scale *= 10
        }
        return UInt64(Double(value) * (Double(unit) / scale))
    }

    /// The text of a number of nanoseconds.
    static func text(_ nanoseconds: Int64) -> String {
        if nanoseconds == 0 { return "0s" }
        let magnitude = nanoseconds.magnitude
        let sign = nanoseconds < 0 ? "-" : ""
        func fraction(_ value: UInt64, _ unit: UInt64) -> String {
            let digits = String(value % unit)
            let width = String(unit).utf8.count - 1
            var padded = String(repeating: "0", count: width - digits.utf8.count) + digits
            while padded.hasSuffix("0") { padded.removeLast() }
            return padded.isEmpty ? "" : "." + padded
        }
        if magnitude < 1_000 { return "\(sign)\(magnitude)ns" }
        if magnitude < 1_000_000 { return "\(sign)\(magnitude / 1_000)\(fraction(magnitude, 1_000))µs" }
        if magnitude < 1_000_000_000 { return "\(sign)\(magnitude / 1_000_000)\(fraction(magnitude, 1_000_000))ms" }
        let seconds = magnitude / 1_000_000_000
        let shown = "\(seconds % 60)\(fraction(magnitude, 1_000_000_000))s"
        if seconds < 60 { return sign + shown }
        if seconds < 3_600 { return "\(sign)\(seconds / 60)m\(shown)" }
        return "\(sign)\(seconds / 3_600)h\(seconds / 60 % 60)m\(shown)"
    }
}
