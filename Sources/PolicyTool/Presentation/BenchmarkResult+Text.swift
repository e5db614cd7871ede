import Rego

/// How the result of a benchmark is printed.
public enum BenchmarkFormat: String, Sendable, CaseIterable {
    /// As JSON, with the names of Go's benchmarks.
    case json
    /// For people.
    case pretty
    /// One line as Go's benchmarks print it, for `benchstat`.
    case gobench
}

extension BenchmarkResult {
    private static let prefix = "histogram_timer_rego_query_eval_ns_"

    /// The result as text; without `hasMetrics`, without the distribution of the samples, and without `hasMemory`,
    /// without what one run used up.
    public func text(as format: BenchmarkFormat, query: String, hasMetrics: Bool, hasMemory: Bool) -> String {
        switch format {
        case .json: return node(hasMetrics: hasMetrics, hasMemory: hasMemory).text + "\n"
        case .pretty:
            var rows = [("samples", samples.count), ("ns/op", perRun)] + (hasMemory ? used : [])
            if hasMetrics { rows += distribution }
            let width = rows.map { "\($0.1)".count }.max() ?? 0
            return BoxTable(
                header: [],
                rows: rows.map { name, value in
                    let text = "\(value)"
                    return [name, String(repeating: " ", count: width - text.count) + text]
                }
            ).text
        case .gobench: return line(name: Self.name(of: query), hasMemory: hasMemory)
        }
    }

    func node(hasMetrics: Bool, hasMemory: Bool) -> ReportNode {
        let extra = (hasMemory ? used : []) + (hasMetrics ? distribution : [])
        return .object([
            ("N", .value(RegoValue(samples.count))), ("T", .value(RegoValue(elapsed))),
            ("Extra", .object(extra.map { (key: $0.0, value: .value(RegoValue($0.1))) })),
        ])
    }

    /// A line as Go's benchmarks print it.
    func line(name: String, hasMemory: Bool) -> String {
        let extra = (hasMemory ? used : []).map { "\t\($0.1) \($0.0)" }.joined()
        return "\(name)\t\(samples.count)\t\(perRun) ns/op\(extra)\n"
    }

    private var perRun: Int { samples.isEmpty ? 0 : elapsed / samples.count }

    private var used: [(String, Int)] { [("steps/op", usage.steps), ("value-B/op", usage.bytes)] }

    private var distribution: [(String, Int)] {
        let interval = medianInterval
        var rows = times.statistics.map { ($0.name, $0.value) }
        let place = (rows.firstIndex { $0.0 == "median" } ?? rows.count - 1) + 1
        rows.insert(
            contentsOf: [("median_low", interval.lowerBound), ("median_high", interval.upperBound)], at: place)
        return rows.map { (Self.prefix + $0.0, $0.1) }
    }

    /// `data.rbac.allow` is `BenchmarkDataRbacAllow`.
    static func name(of query: String) -> String {
        let words = query.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return "Benchmark" + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
