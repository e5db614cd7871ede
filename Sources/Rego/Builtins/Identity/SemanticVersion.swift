/// A version as semver.org 2.0.0 has it.
struct SemanticVersion {
    private let numbers: [RegoNumber]
    private let preRelease: [String]

    /// Reads `major.minor.patch[-pre][+build]`; nil when it is none.
    init?(_ text: String) {
        let withoutBuild = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        if withoutBuild.count > 1, !SemanticVersion.isValid(String(withoutBuild[1])) { return nil }
        let parts = withoutBuild[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let core = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard core.count == 3 else { return nil }
        var numbers: [RegoNumber] = []
        for part in core {
            guard !part.isEmpty, part.utf8.allSatisfy({ $0 &- 48 <= 9 }), part == "0" || part.first != "0",
                let number = RegoNumber(text: String(part))
            else { return nil }
            numbers.append(number)
        }
        self.numbers = numbers
        guard parts.count > 1 else {
            preRelease = []
            return
        }
        guard SemanticVersion.isValid(String(parts[1])) else { return nil }
        preRelease = parts[1].split(separator: ".").map(String.init)
    }

    private static func isValid(_ identifiers: String) -> Bool {
        identifiers.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy {
                    $0 &- 48 <= 9 || (65...90).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "-")
                }
        }
    }

    /// -1, 0 or 1, as precedence has it; build metadata does not count.
    func order(_ other: SemanticVersion) -> Int {
        for (left, right) in zip(numbers, other.numbers) where left != right { return left < right ? -1 : 1 }
        if preRelease.isEmpty || other.preRelease.isEmpty {
            return preRelease.isEmpty == other.preRelease.isEmpty ? 0 : preRelease.isEmpty ? 1 : -1
        }
        for (left, right) in zip(preRelease, other.preRelease) where left != right {
            let isNumber = left.utf8.allSatisfy { $0 &- 48 <= 9 }
            let isOtherNumber = right.utf8.allSatisfy { $0 &- 48 <= 9 }
            if isNumber != isOtherNumber { return isNumber ? -1 : 1 }
            if !isNumber || left.utf8.count == right.utf8.count {
                return Array(left.utf8).lexicographicallyPrecedes(Array(right.utf8)) ? -1 : 1
            }
            return left.utf8.count < right.utf8.count ? -1 : 1
        }
        return (preRelease.count - other.preRelease.count).signum()
    }
}
