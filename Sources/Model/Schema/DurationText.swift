/// Durations as people write them: `30s`, `2m`, `1h30m`, `7d`.
public enum DurationText {
    private static let units: [(letter: Character, seconds: Int64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]

    /// The seconds of a text with whole numbers and units in descending order, each at most once; nil for anything
    /// else.
    public static func seconds(_ text: String) -> Int64? {
        guard !text.isEmpty, text.utf8.count <= 32 else { return nil }
        var total: Int64 = 0
        var rest = Substring(text)
        var next = 0
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            guard let amount = Int64(digits), let letter = rest.dropFirst(digits.count).first,
                let unit = units[next...].firstIndex(where: { $0.letter == letter })
            else { return nil }
            let (product, overflow) = amount.multipliedReportingOverflow(by: units[unit].seconds)
            let (sum, carry) = total.addingReportingOverflow(product)
            guard !overflow, !carry, sum <= Int64(Int32.max) * 60 else { return nil }
            total = sum
            next = unit + 1
            rest = rest.dropFirst(digits.count + 1)
        }
        return total
    }

    /// The text of a number of seconds, without units that are zero.
    public static func text(seconds: Int64) -> String {
        guard seconds > 0 else { return "0s" }
        var rest = seconds
        var text = ""
        for unit in units {
            if rest >= unit.seconds { text += "\(rest / unit.seconds)\(unit.letter)" }
            rest %= unit.seconds
        }
        return text
    }
}
