/// The shortest way from one list of lines to another (Myers 1986), bounded: past the bound, what is left counts as
/// replaced.
struct LineDiff {
    enum Edit: Equatable {
        case keep(old: Int, new: Int)
        case remove(old: Int)
        case add(new: Int)
    }

    /// The edits in order; of a replaced part all removals come first.
    let edits: [Edit]

    init<Line: Hashable>(_ old: [Line], _ new: [Line], editMaximum: Int) {
        // Lines are compared many times: equal lines get equal numbers once.
        var numbers: [Line: Int] = [:]
        func number(_ line: Line) -> Int {
            if let known = numbers[line] { return known }
            numbers[line] = numbers.count
            return numbers.count - 1
        }
        let left = old.map(number)
        let right = new.map(number)
        var head = 0
        while head < left.count, head < right.count, left[head] == right[head] { head += 1 }
        var tail = 0
        while tail < left.count - head, tail < right.count - head,
            left[left.count - 1 - tail] == right[right.count - 1 - tail]
        {
            tail += 1
        }
        let (oldEnd, newEnd) = (left.count - tail, right.count - tail)
        var edits = (0..<head).map { Edit.keep(old: $0, new: $0) }
        edits += Self.middle(left, head..<oldEnd, right, head..<newEnd, editMaximum)
        edits += (0..<tail).map { Edit.keep(old: oldEnd + $0, new: newEnd + $0) }
        self.edits = edits
    }

    /// Forward search that remembers the furthest points of each number of edits, then follows them back.
    private static func middle(
        _ left: [Int], _ old: Range<Int>, _ right: [Int], _ new: Range<Int>, _ editMaximum: Int
    ) -> [Edit] {
        let (width, height) = (old.count, new.count)
        if width == 0 || height == 0 { return replaced(old, new) }
        let bound = min(editMaximum, width + height)
        var furthest = [Int](repeating: 0, count: 2 * bound + 3)
        var trace: [[Int]] = []
        for count in 0...bound {
            trace.append(Array(furthest[(bound + 1 - count)...(bound + 1 + count)]))
            for diagonal in stride(from: -count, through: count, by: 2) {
                let isDown = isDown(diagonal, count) { furthest[bound + 1 + $0] }
                var x = isDown ? furthest[bound + 2 + diagonal] : furthest[bound + diagonal] + 1
                while x < width, x - diagonal < height,
                    left[old.lowerBound + x] == right[new.lowerBound + x - diagonal]
                {
                    x += 1
                }
                furthest[bound + 1 + diagonal] = x
                if x >= width, x - diagonal >= height { return walkBack(trace, old, new) }
            }
        }
        return replaced(old, new)
    }

    private static func isDown(_ diagonal: Int, _ count: Int, _ furthest: (Int) -> Int) -> Bool {
        diagonal == -count || (diagonal != count && furthest(diagonal - 1) < furthest(diagonal + 1))
    }

    private static func walkBack(_ trace: [[Int]], _ old: Range<Int>, _ new: Range<Int>) -> [Edit] {
        var (x, y) = (old.count, new.count)
        var edits: [Edit] = []
        for count in trace.indices.reversed() {
            let diagonal = x - y
            // What was furthest before this number of edits; diagonals run from -count to count.
            let furthest: (Int) -> Int = { trace[count].indices.contains($0 + count) ? trace[count][$0 + count] : 0 }
            let isDown = isDown(diagonal, count, furthest)
            let previous = isDown ? diagonal + 1 : diagonal - 1
            let startX = count == 0 ? 0 : furthest(previous)
            let startY = count == 0 ? 0 : startX - previous
            let afterEdit = count == 0 ? 0 : (isDown ? startX : startX + 1)
            while x > afterEdit, y > afterEdit - diagonal {
                x -= 1
                y -= 1
                edits.append(.keep(old: old.lowerBound + x, new: new.lowerBound + y))
            }
            if count == 0 { break }
            edits.append(isDown ? .add(new: new.lowerBound + startY) : .remove(old: old.lowerBound + startX))
            (x, y) = (startX, startY)
        }
        return edits.reversed()
    }

    private static func replaced(_ old: Range<Int>, _ new: Range<Int>) -> [Edit] {
        old.map { .remove(old: $0) } + new.map { .add(new: $0) }
    }
}
