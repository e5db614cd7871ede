import Synchronization

/// The general categories and scripts of Unicode as classes, each made when it is first asked for.
enum UnicodeClasses {
    private static let made = Mutex<[String: RuneClass]>([:])

    static func named(_ name: String) -> RuneClass? {
        if name == "Any" { return .all }
        if let known = made.withLock({ $0[name] }) { return known }
        guard let new = category(name) ?? UnicodeScripts.named(name) else { return nil }
        made.withLock { $0[name] = new }
        return new
    }

    private static func category(_ name: String) -> RuneClass? {
        let wanted = categories.filter { name.utf8.count == 1 ? $0.key.hasPrefix(name) : $0.key == name }
        guard !wanted.isEmpty, name.utf8.count <= 2 else { return nil }
        let kinds = Set(wanted.values)
        var ranges: [ClosedRange<UInt32>] = []
        var start: UInt32?
        for rune in UInt32(0)...RuneClass.maximum {
            let isIn: Bool
            if let scalar = Unicode.Scalar(rune) {
                isIn = kinds.contains(scalar.properties.generalCategory)
            } else {
                isIn = kinds.contains(.surrogate)
            }
            if isIn {
                start = start ?? rune
            } else if let begin = start {
                ranges.append(begin...(rune - 1))
                start = nil
            }
        }
        if let start { ranges.append(start...RuneClass.maximum) }
        return RuneClass(ranges)
    }

    private static let categories: [String: Unicode.GeneralCategory] = [
        "Lu": .uppercaseLetter, "Ll": .lowercaseLetter, "Lt": .titlecaseLetter, "Lm": .modifierLetter,
        "Lo": .otherLetter, "Mn": .nonspacingMark, "Mc": .spacingMark, "Me": .enclosingMark, "Nd": .decimalNumber,
        "Nl": .letterNumber, "No": .otherNumber, "Pc": .connectorPunctuation, "Pd": .dashPunctuation,
        "Ps": .openPunctuation, "Pe": .closePunctuation, "Pi": .initialPunctuation, "Pf": .finalPunctuation,
        "Po": .otherPunctuation, "Sm": .mathSymbol, "Sc": .currencySymbol, "Sk": .modifierSymbol,
        "So": .otherSymbol, "Zs": .spaceSeparator, "Zl": .lineSeparator, "Zp": .paragraphSeparator, "Cc": .control,
        "Cf": .format, "Co": .privateUse, "Cs": .surrogate,
    ]
}
