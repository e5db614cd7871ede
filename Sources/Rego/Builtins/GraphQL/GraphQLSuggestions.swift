/// What somebody may have meant who wrote a name that nobody knows.
enum GraphQLSuggestions {
    /// How many names are shown at most.
    private static let shownMaximum = 5

    /// The known names that are near to one, the nearest first.
    static func near(_ name: String, in known: [String]) -> [String] {
        let limit = name.utf8.count * 2 / 5 + 1
        let distances = known.enumerated().map { (distance(name, $0.element), $0.offset, $0.element) }
        return distances.filter { $0.0 <= limit }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
    }

    /// The end of a message with the names that are near to one, or nothing.
    static func hint(_ prefix: String, _ name: String, in known: [String], isQuoted: Bool = true) -> String {
        let found = near(name, in: known)
        return found.isEmpty ? "" : " \(prefix) \(list(isQuoted ? found.map { "\"\($0)\"" } : found))?"
    }

    /// `a`, `a or b`, `a, b, or c`.
    static func list(_ items: [String]) -> String {
        let shown = items.prefix(shownMaximum)
        guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
        if shown.count == 2 { return "\(shown[0]) or \(last)" }
        return shown.dropLast().joined(separator: ", ") + ", or \(last)"
    }

    /// How many characters have to be added, taken away or replaced; another case of letters counts as one.
    private static func distance(_ first: String, _ second: String) -> Int {
        if first == second { return 0 }
        let left = Array(first.lowercased().unicodeScalars)
        let right = Array(second.lowercased().unicodeScalars)
        if left == right { return 1 }
        var row = Array(0...right.count)
        for (index, scalar) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (offset, other) in right.enumerated() {
                let replaced = diagonal + (scalar == other ? 0 : 1)
                diagonal = row[offset + 1]
                row[offset + 1] = Swift.min(replaced, diagonal + 1, row[offset] + 1)
            }
        }
        return row[right.count]
    }
}
