/// A deterministic automaton made while it runs: whether a text matches, at one step for each character.
///
/// It serves programs without line and word assertions; what it holds is bounded, and at the bound it begins anew.
struct RegexAutomaton {
    private static let dead: Int32 = 0
    private static let unknown: Int32 = -1
    private static let cellLimit = 200_000
    private static let classLimit = 512

    private struct State {
        let members: [Int32]
        let isMatch: Bool
        let matchesAtEnd: Bool
    }

    private let program: RegexProgram
    /// The first scalar of each class of scalars that the program tells apart from its neighbours.
    private let boundaries: [UInt32]
    private let asciiClasses: [UInt16]
    private var states: [State] = []
    private var transitions: [Int32] = []
    private var known: [[Int32]: Int32] = [:]
    private var begin: Int32 = 0
    private var mark: [UInt32]
    private var generation: UInt32 = 0

    init?(_ program: RegexProgram) {
        guard !program.usesContext else { return nil }
        var starts: Set<UInt32> = [0]
        for runes in program.classes {
            for range in runes.ranges {
                starts.insert(range.lowerBound)
                starts.insert(range.upperBound + 1)
            }
        }
        guard starts.count <= RegexAutomaton.classLimit else { return nil }
        self.program = program
        let boundaries = starts.sorted()
        self.boundaries = boundaries
        asciiClasses = (UInt32(0)..<128).map { RegexAutomaton.classIndex($0, boundaries) }
        mark = [UInt32](repeating: 0, count: program.instructions.count)
        reset()
    }

    // Safety: the bytes are lent for the call, and every index stays below their count.
    /// True when the text has a match.
    mutating func matches(_ bytes: UnsafeBufferPointer<UInt8>, _ context: BuiltinContext) throws(BuiltinError) -> Bool {
        var state = begin
        var offset = 0
        while offset < bytes.count {
            let current = states[Int(state)]
            if current.isMatch { return true }
            if state == RegexAutomaton.dead { return false }
            let byte = bytes[offset]
            let column: Int
            if byte < 0x80 {
                column = Int(asciiClasses[Int(byte)])
                offset &+= 1
            } else {
                let (rune, width) = GoRunes.decode(bytes, at: offset)
                column = Int(RegexAutomaton.classIndex(rune, boundaries))
                offset &+= width
            }
            var next = transitions[Int(state) &* boundaries.count &+ column]
            if next == RegexAutomaton.unknown {
                try context.spend(steps: 1 + current.members.count)
                next = extend(state, column)
            }
            state = next
        }
        try context.spend(steps: 1 + bytes.count / 64)
        return states[Int(state)].isMatch || states[Int(state)].matchesAtEnd
    }

    private mutating func reset() {
        states = []
        transitions = []
        known = [:]
        _ = add([])
        generation &+= 1
        var members: [Int32] = []
        close(Int32(program.start), [.beginText, .beginLine], &members)
        begin = add(members)
    }

    private mutating func extend(_ state: Int32, _ column: Int) -> Int32 {
        let rune = boundaries[column]
        generation &+= 1
        var members: [Int32] = []
        for index in states[Int(state)].members {
            let instruction = program.instructions[Int(index)]
            if instruction.operation == .take, program.classes[Int(instruction.argument)].contains(rune) {
                close(instruction.next, [], &members)
            }
        }
        if !program.isAnchored { close(Int32(program.start), [], &members) }
        if transitions.count > RegexAutomaton.cellLimit {
            reset()
            return add(members)
        }
        let next = add(members)
        transitions[Int(state) * boundaries.count + column] = next
        return next
    }

    private mutating func add(_ members: [Int32]) -> Int32 {
        let key = members.sorted()
        if let index = known[key] { return index }
        let isMatch = key.contains { program.instructions[Int($0)].operation == .match }
        states.append(State(members: key, isMatch: isMatch, matchesAtEnd: !isMatch && matchesAtEnd(key)))
        transitions += [Int32](repeating: RegexAutomaton.unknown, count: boundaries.count)
        let index = Int32(states.count - 1)
        known[key] = index
        return index
    }

    private mutating func matchesAtEnd(_ members: [Int32]) -> Bool {
        generation &+= 1
        var reached: [Int32] = []
        for index in members where program.instructions[Int(index)].operation == .assert {
            mark[Int(index)] = 0
            close(index, [.endText, .endLine], &reached)
        }
        return reached.contains { program.instructions[Int($0)].operation == .match }
    }

    /// Adds what is reached without a character; assertions that do not hold stay as members, for the end may come.
    private mutating func close(_ start: Int32, _ holding: RegexAssertion, _ members: inout [Int32]) {
        var stack = [start]
        while let index = stack.popLast() {
            if mark[Int(index)] == generation { continue }
            mark[Int(index)] = generation
            let instruction = program.instructions[Int(index)]
            switch instruction.operation {
            case .take, .match: members.append(index)
            case .save: stack.append(instruction.next)
            case .split: stack += [instruction.argument, instruction.next]
            case .assert:
                let wanted = RegexAssertion(rawValue: UInt8(truncatingIfNeeded: instruction.argument))
                if holding.isSuperset(of: wanted) { stack.append(instruction.next) }
                if wanted == .endText { members.append(index) }
            }
        }
    }

    private static func classIndex(_ rune: UInt32, _ boundaries: [UInt32]) -> UInt16 {
        var lower = 0
        var upper = boundaries.count
        while upper - lower > 1 {
            let middle = (lower + upper) / 2
            if boundaries[middle] <= rune { lower = middle } else { upper = middle }
        }
        return UInt16(lower)
    }
}
