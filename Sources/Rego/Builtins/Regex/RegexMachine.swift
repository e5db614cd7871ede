/// Runs a program over a text, all threads at once (Pike's machine).
///
/// The time is at most text × program, whatever both are.
struct RegexMachine {
    private struct Threads {
        var dense: [Int32] = []
        var sparse: [Int32]
        var slots: [Int]

        init(instructions: Int, slots: Int) {
            sparse = [Int32](repeating: 0, count: instructions)
            self.slots = [Int](repeating: -1, count: instructions * slots)
        }

        @inline(__always)
        func contains(_ instruction: Int32) -> Bool {
            let position = Int(sparse[Int(instruction)])
            return position < dense.count && dense[position] == instruction
        }

        @inline(__always)
        mutating func insert(_ instruction: Int32) {
            sparse[Int(instruction)] = Int32(dense.count)
            dense.append(instruction)
        }
    }

    private enum Frame {
        case visit(Int32)
        case restore(Int, Int)
    }

    private let program: RegexProgram
    private let slotCount: Int
    private var current: Threads
    private var following: Threads
    private var scratch: [Int]
    private var stack: [Frame] = []

    /// With `wantsSlots` false only the ends of the match are kept.
    init(_ program: RegexProgram, wantsSlots: Bool) {
        self.program = program
        slotCount = wantsSlots ? program.slots : 2
        current = Threads(instructions: program.instructions.count, slots: slotCount)
        following = Threads(instructions: program.instructions.count, slots: slotCount)
        scratch = [Int](repeating: -1, count: slotCount)
    }

    // Safety: the bytes are lent for the call, and every index stays below their count.
    /// The slots of the leftmost match at or after an offset, or nil.
    mutating func search(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ context: BuiltinContext
    ) throws(BuiltinError) -> [Int]? {
        var found: [Int]?
        var offset = start
        var previous = RegexMachine.rune(before: start, in: bytes)
        current.dense.removeAll(keepingCapacity: true)
        while true {
            if current.dense.isEmpty {
                if found != nil || (program.isAnchored && offset > 0) { break }
                if !program.prefix.isEmpty, !program.isAnchored {
                    guard let next = skip(bytes, from: offset) else { break }
                    if next != offset {
                        offset = next
                        previous = RegexMachine.rune(before: offset, in: bytes)
                    }
                }
            }
            let (rune, width) =
                offset < bytes.count ? GoRunes.decode(bytes, at: offset) : (UInt32.max, 0)
            let holding = RegexAssertion.holding(after: previous, before: width == 0 ? nil : rune)
            if found == nil, !program.isAnchored || offset == 0 {
                for index in 0..<slotCount { scratch[index] = -1 }
                var threads = Threads(instructions: 0, slots: 0)
                swap(&threads, &current)
                add(Int32(program.start), to: &threads, offset, holding)
                swap(&threads, &current)
            }
            try context.spend(steps: 1 + current.dense.count / 4)
            let next = offset + Swift.max(width, 1)
            let after = next < bytes.count ? GoRunes.decode(bytes, at: next).rune : nil
            let nextHolding = RegexAssertion.holding(after: rune, before: after)
            if let matched = step(rune, width, next, nextHolding) { found = matched }
            if width == 0 { break }
            swap(&current, &following)
            following.dense.removeAll(keepingCapacity: true)
            previous = rune
            offset += width
        }
        return found
    }

    /// Moves all threads over one scalar; the first that matches ends those with less preference.
    private mutating func step(_ rune: UInt32, _ width: Int, _ next: Int, _ holding: RegexAssertion) -> [Int]? {
        // Taken out of the machine while they grow, so that nothing is copied.
        var threads = Threads(instructions: 0, slots: 0)
        swap(&threads, &following)
        defer { swap(&threads, &following) }
        for position in current.dense.indices {
            let index = Int(current.dense[position])
            let instruction = program.instructions[index]
            switch instruction.operation {
            case .match: return Array(current.slots[(index * slotCount)..<((index + 1) * slotCount)])
            case .take where width > 0 && program.classes[Int(instruction.argument)].contains(rune):
                for slot in 0..<slotCount { scratch[slot] = current.slots[index * slotCount + slot] }
                add(instruction.next, to: &threads, next, holding)
            default: break
            }
        }
        return nil
    }

    /// Follows what takes no character from an instruction, in order of preference.
    private mutating func add(
        _ start: Int32, to threads: inout Threads, _ offset: Int, _ holding: RegexAssertion
    ) {
        stack.removeAll(keepingCapacity: true)
        stack.append(.visit(start))
        while let frame = stack.popLast() {
            guard case .visit(var index) = frame else {
                if case .restore(let slot, let value) = frame { scratch[slot] = value }
                continue
            }
            while !threads.contains(index) {
                threads.insert(index)
                let instruction = program.instructions[Int(index)]
                var isLeaf = false
                switch instruction.operation {
                case .split:
                    stack.append(.visit(instruction.argument))
                    index = instruction.next
                case .save:
                    let slot = Int(instruction.argument)
                    if slot < slotCount {
                        stack.append(.restore(slot, scratch[slot]))
                        scratch[slot] = offset
                    }
                    index = instruction.next
                case .assert:
                    let wanted = RegexAssertion(rawValue: UInt8(truncatingIfNeeded: instruction.argument))
                    if holding.isSuperset(of: wanted) { index = instruction.next } else { isLeaf = true }
                case .take, .match:
                    for slot in 0..<slotCount { threads.slots[Int(index) * slotCount + slot] = scratch[slot] }
                    isLeaf = true
                }
                if isLeaf { break }
            }
        }
    }

    // Safety: the bytes are lent for the call, and every index stays below their count.
    private func skip(_ bytes: UnsafeBufferPointer<UInt8>, from offset: Int) -> Int? {
        program.prefix.withUnsafeBufferPointer { ByteSearch.index(of: $0, in: bytes, from: offset) }
    }

    /// The scalar that ends at an offset.
    private static func rune(before offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> UInt32? {
        guard offset > 0 else { return nil }
        var start = offset - 1
        while start > 0, offset - start < 4, bytes[start] & 0xC0 == 0x80 { start -= 1 }
        let (rune, width) = GoRunes.decode(bytes, at: start)
        return start + width == offset ? rune : GoRunes.replacement
    }
}
