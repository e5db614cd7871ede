/// Scalars that differ in case only, by Unicode's simple folding.
enum CaseFolding {
    /// The kelvin sign and the long s are the only scalars beyond ASCII that fold to an ASCII letter.
    static func asciiOrbit(_ rune: UInt32) -> [UInt32] {
        switch rune {
        case 65...90: orbitTail(rune + 32) + [rune, rune + 32]
        case 97...122: orbitTail(rune) + [rune - 32, rune]
        default: [rune]
        }
    }

    private static func orbitTail(_ lower: UInt32) -> [UInt32] {
        lower == 0x6B ? [0x212A] : lower == 0x73 ? [0x17F] : []
    }

    /// The scalars that fold together with a scalar, itself among them.
    static func orbit(_ rune: UInt32) -> [UInt32] {
        rune < 128 ? asciiOrbit(rune) : orbits[rune] ?? [rune]
    }

    static func orbits(in range: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
        var made: [ClosedRange<UInt32>] = []
        if range.lowerBound < 128 {
            for rune in range.lowerBound...Swift.min(range.upperBound, 127) {
                made += asciiOrbit(rune).map { $0...$0 }
            }
        }
        for rune in cased where range.contains(rune) {
            made += (orbits[rune] ?? []).map { $0...$0 }
        }
        return made
    }

    private static let cased: [UInt32] = orbits.keys.sorted()

    /// Made at the first pattern that ignores case beyond ASCII: it asks for the case of all scalars that have one.
    private static let orbits: [UInt32: [UInt32]] = {
        var groups: [UInt32: [UInt32]] = [:]
        let blocks: [ClosedRange<UInt32>] = [
            0...0x587, 0x10A0...0x10FF, 0x13A0...0x13FD, 0x1C80...0x1CBF, 0x1D79...0x1D8E, 0x1E00...0x1FFF,
            0x2126...0x2188, 0x24B6...0x24E9, 0x2C00...0x2D2D, 0xA640...0xA7F6, 0xAB53...0xABBF, 0xFF21...0xFF5A,
            0x10400...0x105BC, 0x10C80...0x10CF2, 0x118A0...0x118DF, 0x16E40...0x16E7F, 0x1E900...0x1E943,
        ]
        for block in blocks {
            for rune in block {
                groups[GoCase.lower(GoCase.upper(rune)), default: []].append(rune)
            }
        }
        var made: [UInt32: [UInt32]] = [:]
        for group in groups.values where group.count > 1 {
            for rune in group { made[rune] = group }
        }
        return made
    }()
}
