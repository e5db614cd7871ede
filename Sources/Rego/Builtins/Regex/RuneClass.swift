/// A set of Unicode scalars: sorted ranges that neither touch nor overlap, with a map of the ASCII ones.
struct RuneClass: Sendable, Hashable {
    static let maximum: UInt32 = 0x10_FFFF
    static let all = RuneClass([0...maximum])
    static let none = RuneClass([])

    private(set) var ranges: [ClosedRange<UInt32>] = []
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    init(_ ranges: [ClosedRange<UInt32>]) {
        let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
        for range in sorted {
            if let last = self.ranges.last, range.lowerBound <= last.upperBound &+ 1 {
                if range.upperBound > last.upperBound {
                    self.ranges[self.ranges.count - 1] = last.lowerBound...range.upperBound
                }
            } else {
                self.ranges.append(range)
            }
        }
        for rune in UInt32(0)..<128 where search(rune) {
            if rune < 64 { low |= 1 << UInt64(rune) } else { high |= 1 << UInt64(rune - 64) }
        }
    }

    @inline(__always)
    func contains(_ rune: UInt32) -> Bool {
        if rune < 64 { return low >> UInt64(rune) & 1 == 1 }
        if rune < 128 { return high >> UInt64(rune - 64) & 1 == 1 }
        return search(rune)
    }

    private func search(_ rune: UInt32) -> Bool {
        var lower = 0
        var upper = ranges.count
        while lower < upper {
            let middle = (lower + upper) / 2
            if ranges[middle].upperBound < rune {
                lower = middle + 1
            } else if ranges[middle].lowerBound > rune {
                upper = middle
            } else {
                return true
            }
        }
        return false
    }

    var inverted: RuneClass {
        var made: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { made.append(next...(range.lowerBound - 1)) }
            next = range.upperBound + 1
        }
        if next <= RuneClass.maximum { made.append(next...RuneClass.maximum) }
        return RuneClass(made)
    }

    func union(_ other: RuneClass) -> RuneClass { RuneClass(ranges + other.ranges) }

    /// With every scalar that differs from one of these in case only.
    var folded: RuneClass {
        var made = ranges
        let isASCII = (ranges.last?.upperBound ?? 0) < 128
        for range in ranges {
            if isASCII {
                for rune in range { made += CaseFolding.asciiOrbit(rune).map { $0...$0 } }
            } else {
                made += CaseFolding.orbits(in: range)
            }
        }
        return RuneClass(made)
    }
}
