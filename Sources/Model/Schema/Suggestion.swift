/// Finds the name that was probably meant.
public enum Suggestion {
    /// The nearest of some names, or nil when none is near.
    ///
    /// Near is at most two edits and at most a third of the longer name's letters, so that short names do not match
    /// everything. Of equally near names the first is taken.
    public static func nearest(to name: String, among names: some Sequence<String>) -> String? {
        let typed = Array(name.unicodeScalars.prefix(64))
        guard !typed.isEmpty else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in names {
            let scalars = Array(candidate.unicodeScalars.prefix(64))
            let limit = min(2, max(1, max(typed.count, scalars.count) / 3))
            guard abs(typed.count - scalars.count) <= limit else { continue }
            let distance = distance(typed, scalars)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// `; did you mean 'NAME'?` where a name is near, otherwise nothing.
    public static func clause(for name: String, among names: some Sequence<String>) -> String {
        nearest(to: name, among: names).map { "; did you mean '\($0)'?" } ?? ""
    }

    /// The edits (insertions, deletions, substitutions, transpositions of neighbours) that turn one name into the
    /// other, where no part is edited twice.
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 1...max(1, left.count) where row <= left.count {
            var current = [row]
            for column in 1...max(1, right.count) where column <= right.count {
                let isSame = left[row - 1] == right[column - 1]
                var cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                    cost = min(cost, beforeLast[column - 2] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
