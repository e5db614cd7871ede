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
        let perRun = samples.isEmpty ? 0 : elapsed / samples.count
        let used = hasMemory ? [("steps/op", usage.steps), ("value-B/op", usage.bytes)] : []
        switch format {
        case .json:
            let extra = used.map { ($0.0, $0.1) } + (hasMetrics ? distribution : [])
            return ReportNode.object([
                ("N", .value(RegoValue(samples.count))), ("T", .value(RegoValue(elapsed))),
                ("Extra", .object(extra.map { (key: $0.0, value: .value(RegoValue($0.1))) })),
            ]).text + "\n"
        case .pretty:
            var rows = [("samples", samples.count), ("ns/op", perRun)] + used
            if hasMetrics { rows += distribution }
            let width = rows.map { "\($0.1)".count }.max() ?? 0
            return BoxTable(
                header: [],
                rows: rows.map { name, value in
                    let text = "\(value)"
                    return [name, String(repeating: " ", count: width - text.count) + text]
                }
            ).text
        case .gobench:
            let extra = used.map { "\t\($0.1) \($0.0)" }.joined()
            return "\(Self.name(of: query))\t\(samples.count)\t\(perRun) ns/op\(extra)\n"
        }
    }

    private var distribution: [(String, Int)] {
        let interval = medianInterval
        return [
            ("count", samples.count), ("min", samples.first ?? 0), ("max", samples.last ?? 0),
            ("mean", Int(mean.rounded())), ("stddev", Int(standardDeviation.rounded())),
            ("median", percentile(0.5)), ("median_low", interval.lowerBound),
            ("median_high", interval.upperBound), ("75%", percentile(0.75)), ("90%", percentile(0.9)),
            ("95%", percentile(0.95)), ("99%", percentile(0.99)), ("99.9%", percentile(0.999)),
            ("99.99%", percentile(0.9999)),
        ].map { (Self.prefix + $0.0, $0.1) }
    }

    /// `data.rbac.allow` is `BenchmarkDataRbacAllow`.
    private static func name(of query: String) -> String {
        let words = query.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return "Benchmark" + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
