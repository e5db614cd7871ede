public import Rego

/// How long expressions took and how often they were evaluated, line by line, as `opa eval --profile` counts it.
public struct PolicyProfile: Sendable {
    /// The expressions of one line.
    public struct Entry: Sendable {
        /// The time they took without what they asked for, in nanoseconds.
        public internal(set) var nanoseconds = 0
        /// How often they were evaluated.
        public internal(set) var evaluationCount = 0
        /// How often they were gone back to.
        public internal(set) var redoCount = 0
        /// How many expressions there are.
        public var expressionCount: Int { nodes.count }
        /// The first of them.
        public let location: SourceLocation
        var nodes: Set<Int> = []
        var place: Place { Place(file: location.file, row: location.row) }

        init(location: SourceLocation) { self.location = location }
    }

    /// The line of an entry.
    struct Place: Hashable {
        let file: String
        let row: Int
    }

    /// What entries are sorted by; the largest stand first.
    public enum Order: String, Sendable, CaseIterable {
        /// The time they took.
        case time = "total_time_ns"
        /// How often they were evaluated.
        case evaluations = "num_eval"
        /// How often they were gone back to.
        case redos = "num_redo"
        /// How many expressions there are.
        case expressions = "num_gen_expr"
        /// The file, from the end of the alphabet.
        case file = "file"
        /// The line, from the end of the file.
        case line = "line"
    }

    /// The lines, in no order.
    public let entries: [Entry]

    /// The first entries by these orders; what they do not decide, the others do.
    ///
    /// A limit of 0 is none.
    public func sorted(by orders: [Order], limit: Int) -> [Entry] {
        let all = orders + Order.allCases.filter { !orders.contains($0) }
        let sorted = entries.sorted { left, right in
            for order in all {
                if Self.stands(left, before: right, order) { return true }
                if Self.stands(right, before: left, order) { return false }
            }
            return false
        }
        return limit > 0 ? Array(sorted.prefix(limit)) : sorted
    }

    private static func stands(_ left: Entry, before right: Entry, _ order: Order) -> Bool {
        switch order {
        case .time: left.nanoseconds > right.nanoseconds
        case .evaluations: left.evaluationCount > right.evaluationCount
        case .redos: left.redoCount > right.redoCount
        case .expressions: left.expressionCount > right.expressionCount
        case .file: right.location.file.utf8.lexicographicallyPrecedes(left.location.file.utf8)
        case .line: left.location.row > right.location.row
        }
    }
}

extension PolicyProfile {
    /// Takes events: the time up to the next one belongs to the expression that was evaluated last.
    struct Recorder {
        private let clock = ContinuousClock()
        private var entries: [Place: Entry] = [:]
        private var running: (place: Place, start: ContinuousClock.Instant)?

        mutating func take(_ event: TraceEvent) {
            guard event.operation == .eval || event.operation == .redo, event.node.kind == .expression else { return }
            let now = clock.now
            stop(now)
            let place = Place(file: event.location.file, row: event.location.row)
            var entry = entries[place] ?? Entry(location: event.location)
            if event.operation == .eval { entry.evaluationCount += 1 } else { entry.redoCount += 1 }
            entry.nodes.insert(event.node.id)
            entries[place] = entry
            running = (place, now)
        }

        private mutating func stop(_ now: ContinuousClock.Instant) {
            guard let running else { return }
            entries[running.place]?.nanoseconds += Int((now - running.start) / .nanoseconds(1))
            self.running = nil
        }

        var result: PolicyProfile {
            var copy = self
            copy.stop(clock.now)
            return PolicyProfile(entries: Array(copy.entries.values))
        }
    }
}
