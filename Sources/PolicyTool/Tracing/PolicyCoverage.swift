import Rego

/// Which lines of modules evaluations reached, as `opa test --coverage` tells it.
public struct PolicyCoverage: Sendable {
    /// The lines of one file, in order.
    public struct File: Sendable {
        /// The lines where an expression was evaluated or a rule held.
        public let covered: [Int]
        /// The lines where neither was.
        public let missed: [Int]

        /// The covered part in hundredths of a percent, rounded down.
        public var share: Int { PolicyCoverage.share(covered.count, missed.count) }
    }

    /// The files by name.
    public let files: [String: File]

    init(_ recorder: Recorder, modules: [RegoModule]) {
        var files: [String: File] = [:]
        for module in modules {
            let covered = recorder.lines[module.name] ?? []
            let missed = module.coverableLines.filter { !covered.contains($0) }
            guard !covered.isEmpty || !missed.isEmpty else { continue }
            files[module.name] = File(covered: covered.sorted(), missed: missed)
        }
        self.files = files
    }

    /// How many lines were reached.
    public var coveredCount: Int { files.values.reduce(0) { $0 + $1.covered.count } }
    /// How many lines were not reached.
    public var missedCount: Int { files.values.reduce(0) { $0 + $1.missed.count } }
    /// The covered part of all files in hundredths of a percent, rounded down.
    public var share: Int { Self.share(coveredCount, missedCount) }

    /// Why the covered part is too small, with the lines that are missing when they are wanted; nil when it is not.
    public func complaint(threshold: Double, isVerbose: Bool) -> String? {
        let wanted = Int((threshold * 100).rounded())
        guard share < wanted else { return nil }
        var text = "Code coverage threshold not met: got \(Self.percent(share)) instead of \(Self.percent(wanted))\n"
        guard isVerbose else { return text }
        text += "Lines not covered:\n"
        for (name, file) in sortedFiles {
            for range in Self.ranges(file.missed) {
                text += "\t\(name):\(range.lowerBound)"
                text += range.count > 1 ? "-\(range.upperBound)\n" : "\n"
            }
        }
        return text
    }

    var sortedFiles: [(key: String, value: File)] {
        files.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    static func share(_ covered: Int, _ missed: Int) -> Int {
        covered + missed == 0 ? 0 : covered * 10_000 / (covered + missed)
    }

    /// Hundredths with two digits behind the point.
    static func percent(_ share: Int) -> String {
        let rest = String(share % 100)
        return "\(share / 100)." + (rest.count < 2 ? "0" : "") + rest
    }

    /// Lines that follow each other.
    static func ranges(_ lines: [Int]) -> [ClosedRange<Int>] {
        var ranges: [ClosedRange<Int>] = []
        for line in lines {
            if let last = ranges.last, last.upperBound + 1 == line {
                ranges[ranges.count - 1] = last.lowerBound...line
            } else {
                ranges.append(line...line)
            }
        }
        return ranges
    }
}

extension PolicyCoverage {
    /// Takes events: an expression that was evaluated and a rule that held cover their lines.
    struct Recorder {
        fileprivate var lines: [String: Set<Int>] = [:]

        mutating func take(_ event: TraceEvent) {
            switch (event.operation, event.node.kind) {
            case (.eval, .expression), (.exit, .rule): break
            default: return
            }
            let place = event.node.location
            guard !place.file.isEmpty, place.row > 0 else { return }
            lines[place.file, default: []].insert(place.row)
        }
    }
}
