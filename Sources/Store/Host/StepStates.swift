import GRDB

/// Neighbouring steps with the same result, which share a row.
struct StepRange: Equatable {
    let first: Int
    var last: Int
    let state: StepState
    let message: String?

    /// Joins results of neighbouring steps; a later result of the same step stays after the earlier.
    static func merging(_ results: [StepResult]) -> [StepRange] {
        var ranges: [StepRange] = []
        for result in results {
            if let last = ranges.last, last.last + 1 == result.index, last.state == result.state,
                last.message == result.message
            {
                ranges[ranges.count - 1].last = result.index
            } else {
                ranges.append(
                    StepRange(first: result.index, last: result.index, state: result.state, message: result.message))
            }
        }
        return ranges
    }
}

/// How far each step of a run came: ranges in the order in which they were recorded, a later one over an earlier.
struct StepStates {
    private let ranges: [StepRange]

    /// Reads the states of a run.
    init(of sequence: Int64, _ database: Database) throws {
        ranges = try database.allRows(
            "SELECT first, last, state, message FROM step_results WHERE run = ? ORDER BY id", [sequence]
        ) { row in
            guard let state = StepState(rawValue: row[2] as String) else {
                throw StoreError(
                    .corrupt, "cannot read the results of run 'run-\(sequence)': a state is not known to this version")
            }
            return StepRange(first: row[0], last: row[1], state: state, message: row[3])
        }
    }

    init(_ ranges: [StepRange]) { self.ranges = ranges }

    /// The newest result of each step that has one.
    var newest: [Int: StepRange] {
        var newest: [Int: StepRange] = [:]
        for range in ranges {
            for index in range.first...range.last { newest[index] = range }
        }
        return newest
    }

    /// How many steps are in a state; a step without a result counts for none.
    func count(of state: StepState) -> Int {
        // Covered from the newest range back: what a newer range covers, an older one no longer decides.
        var covered = IntervalSet()
        var count = 0
        for range in ranges.reversed() {
            let fresh = covered.insert(range.first...range.last)
            if range.state == state { count += fresh }
        }
        return count
    }
}

/// A set of numbers, kept as sorted intervals that do not touch.
struct IntervalSet {
    private var intervals: [ClosedRange<Int>] = []

    /// Adds an interval and returns how many of its numbers are new.
    mutating func insert(_ interval: ClosedRange<Int>) -> Int {
        var low = interval.lowerBound
        var high = interval.upperBound
        var present = 0
        var start = lowerIndex(endingAtOrAfter: low - 1)
        let begin = start
        while start < intervals.count, intervals[start].lowerBound <= interval.upperBound + 1 {
            let other = intervals[start]
            let (from, to) = (max(other.lowerBound, interval.lowerBound), min(other.upperBound, interval.upperBound))
            if from <= to { present += to - from + 1 }
            low = min(low, other.lowerBound)
            high = max(high, other.upperBound)
            start += 1
        }
        intervals.replaceSubrange(begin..<start, with: CollectionOfOne(low...high))
        return interval.count - present
    }

    private func lowerIndex(endingAtOrAfter value: Int) -> Int {
        var (low, high) = (0, intervals.count)
        while low < high {
            let middle = (low + high) / 2
            if intervals[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
