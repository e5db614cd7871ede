/// What a regular expression is made of.
indirect enum RegexNode: Sendable {
    case empty
    case runes(RuneClass)
    case assertion(RegexAssertion)
    case capture(Int, RegexNode)
    case repetition(RegexNode, least: Int, most: Int?, isGreedy: Bool)
    case sequence([RegexNode])
    case alternatives([RegexNode])

    /// True when it can match without taking anything.
    var canBeEmpty: Bool {
        switch self {
        case .empty, .assertion: true
        case .runes: false
        case .capture(_, let node): node.canBeEmpty
        case .repetition(let node, let least, _, _): least == 0 || node.canBeEmpty
        case .sequence(let nodes): nodes.allSatisfy(\.canBeEmpty)
        case .alternatives(let nodes): nodes.contains(where: \.canBeEmpty)
        }
    }
}

/// What may be demanded of a place between two characters.
struct RegexAssertion: OptionSet, Sendable, Hashable {
    let rawValue: UInt8

    static let beginLine = RegexAssertion(rawValue: 1)
    static let endLine = RegexAssertion(rawValue: 2)
    static let beginText = RegexAssertion(rawValue: 4)
    static let endText = RegexAssertion(rawValue: 8)
    static let wordBoundary = RegexAssertion(rawValue: 16)
    static let noWordBoundary = RegexAssertion(rawValue: 32)

    /// What holds between two characters, where nil is the end of the text.
    static func holding(after left: UInt32?, before right: UInt32?) -> RegexAssertion {
        var holding: RegexAssertion = []
        if left == nil { holding.formUnion([.beginText, .beginLine]) }
        if left == 10 { holding.insert(.beginLine) }
        if right == nil { holding.formUnion([.endText, .endLine]) }
        if right == 10 { holding.insert(.endLine) }
        holding.insert(isWord(left) != isWord(right) ? .wordBoundary : .noWordBoundary)
        return holding
    }

    private static func isWord(_ rune: UInt32?) -> Bool {
        switch rune ?? 0 {
        case 48...57, 65...90, 95, 97...122: true
        default: false
        }
    }
}
