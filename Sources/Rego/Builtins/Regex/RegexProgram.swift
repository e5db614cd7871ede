/// A regular expression as instructions for a machine.
struct RegexProgram: Sendable {
    enum Operation: UInt8 {
        /// Takes one scalar of the class numbered `argument`.
        case take
        /// Goes on at `next`, and with less preference at `argument`.
        case split
        /// Notes the place in slot `argument`.
        case save
        /// Goes on where the assertion of raw value `argument` holds.
        case assert
        case match
    }

    struct Instruction {
        var operation: Operation
        var next: Int32
        var argument: Int32
    }

    /// More instructions than this are an expression too large.
    static let limit = 50_000

    private(set) var instructions: [Instruction] = []
    private(set) var classes: [RuneClass] = []
    private(set) var start = 0
    let slots: Int
    /// Bytes with which every match begins, and whether they are all of it.
    private(set) var prefix: [UInt8] = []
    private(set) var isAnchored = false
    private(set) var usesContext = false
    private var classIndices: [RuneClass: Int32] = [:]

    init(_ node: RegexNode, captures: Int) throws(RegexError) {
        slots = captures * 2
        let end = try emit(.match, next: 0, argument: 0)
        start = Int(try compile(.capture(0, node), next: end))
        (prefix, isAnchored) = RegexProgram.prefix(of: node)
        classIndices = [:]
    }

    private mutating func emit(
        _ operation: Operation, next: Int32, argument: Int32
    ) throws(RegexError) -> Int32 {
        if instructions.count >= RegexProgram.limit { throw RegexError("expression too large", "") }
        instructions.append(Instruction(operation: operation, next: next, argument: argument))
        return Int32(instructions.count - 1)
    }

    /// Emits a node that goes on at `next`, and answers where it begins.
    private mutating func compile(_ node: RegexNode, next: Int32) throws(RegexError) -> Int32 {
        switch node {
        case .empty: return next
        case .runes(let runes):
            let index = classIndices[runes] ?? Int32(classes.count)
            if index == classes.count {
                classes.append(runes)
                classIndices[runes] = index
            }
            return try emit(.take, next: next, argument: index)
        case .assertion(let assertion):
            if assertion != .beginText, assertion != .endText { usesContext = true }
            return try emit(.assert, next: next, argument: Int32(assertion.rawValue))
        case .capture(let index, let inner):
            let end = try emit(.save, next: next, argument: Int32(index * 2 + 1))
            let begin = try compile(inner, next: end)
            return try emit(.save, next: begin, argument: Int32(index * 2))
        case .sequence(let nodes):
            var next = next
            for node in nodes.reversed() { next = try compile(node, next: next) }
            return next
        case .alternatives(let nodes):
            var begin = try compile(nodes[nodes.count - 1], next: next)
            for node in nodes.dropLast().reversed() {
                let first = try compile(node, next: next)
                begin = try emit(.split, next: first, argument: begin)
            }
            return begin
        case .repetition(let inner, let least, let most, let isGreedy):
            return try compile(inner, least: least, most: most, isGreedy: isGreedy, next: next)
        }
    }

    private mutating func compile(
        _ inner: RegexNode, least: Int, most: Int?, isGreedy: Bool, next: Int32
    ) throws(RegexError) -> Int32 {
        var begin = next
        if let most {
            for _ in 0..<Swift.max(0, most - least) {
                let body = try compile(inner, next: begin)
                begin = try emit(
                    .split, next: isGreedy ? body : next, argument: isGreedy ? next : body)
            }
            for _ in 0..<least { begin = try compile(inner, next: begin) }
            return begin
        }
        // x* of an x that can be empty is (x+)?, so that a round that takes nothing ends the loop.
        let isOptional = least == 0
        let loopsPlus = least > 0 || inner.canBeEmpty
        let loop = try emit(.split, next: 0, argument: 0)
        let body = try compile(inner, next: loop)
        instructions[Int(loop)].next = isGreedy ? body : next
        instructions[Int(loop)].argument = isGreedy ? next : body
        guard loopsPlus else { return loop }
        begin = body
        if isOptional {
            return try emit(.split, next: isGreedy ? body : next, argument: isGreedy ? next : body)
        }
        for _ in 1..<Swift.max(1, least) { begin = try compile(inner, next: begin) }
        return begin
    }

    private static func prefix(of node: RegexNode) -> ([UInt8], Bool) {
        var bytes: [UInt8] = []
        var isAnchored = false
        let nodes: [RegexNode]
        if case .sequence(let inner) = node { nodes = inner } else { nodes = [node] }
        for (index, node) in nodes.enumerated() {
            if index == 0, case .assertion(.beginText) = node {
                isAnchored = true
                continue
            }
            guard case .runes(let runes) = node, runes.ranges.count == 1, let range = runes.ranges.first,
                range.count == 1
            else { break }
            GoRunes.append(range.lowerBound, to: &bytes)
        }
        return (bytes, isAnchored)
    }
}
