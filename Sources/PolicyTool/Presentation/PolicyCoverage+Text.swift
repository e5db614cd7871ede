import Rego

extension PolicyCoverage {
    /// The report as JSON.
    public var json: String { node.text + "\n" }

    var node: ReportNode {
        var members: [(key: String, value: ReportNode)] = [
            ("files", .object(sortedFiles.map { ($0.key, $0.value.node) }))
        ]
        members += Self.counts(coveredCount, missedCount)
        members.append(("coverage", Self.number(share)))
        return .object(members)
    }

    /// The report for people.
    var table: String {
        BoxTable(
            header: ["FILE", "COVERAGE", "NOT COVERED"],
            rows: sortedFiles.map { [$0.key, Self.percent($0.value.share) + "%", Self.list($0.value.missed)] }
                + [["", Self.percent(share) + "%", ""]]
        ).text
    }

    private static func list(_ lines: [Int]) -> String {
        ranges(lines).map { $0.count > 1 ? "\($0.lowerBound)-\($0.upperBound)" : "\($0.lowerBound)" }
            .joined(separator: ", ")
    }

    fileprivate static func number(_ share: Int) -> ReportNode {
        .value(RegoNumber(Double(share) / 100).map { RegoValue.number($0) } ?? .null)
    }

    fileprivate static func counts(_ covered: Int, _ missed: Int) -> [(key: String, value: ReportNode)] {
        [("covered_lines", covered), ("not_covered_lines", missed)].filter { $0.1 > 0 }
            .map { (key: $0.0, value: .value(RegoValue($0.1))) }
    }

    fileprivate static func node(_ lines: [Int]) -> ReportNode {
        .array(
            ranges(lines).map { range in
                .object([
                    ("start", .object([("row", .value(RegoValue(range.lowerBound)))])),
                    ("end", .object([("row", .value(RegoValue(range.upperBound)))])),
                ])
            })
    }
}

extension PolicyCoverage.File {
    fileprivate var node: ReportNode {
        var members: [(key: String, value: ReportNode)] = []
        if !covered.isEmpty { members.append(("covered", PolicyCoverage.node(covered))) }
        if !missed.isEmpty { members.append(("not_covered", PolicyCoverage.node(missed))) }
        members += PolicyCoverage.counts(covered.count, missed.count)
        if share > 0 { members.append(("coverage", PolicyCoverage.number(share))) }
        return .object(members)
    }
}
