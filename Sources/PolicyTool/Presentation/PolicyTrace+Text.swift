import Rego

extension PolicyTrace {
    /// What stands behind the result in JSON.
    var members: [(key: String, value: ReportNode)] {
        var members: [(key: String, value: ReportNode)] = []
        let metrics = timers.map { ($0.name, $0.nanoseconds) } + counters.map { ($0.name, $0.value) }
        if !metrics.isEmpty { members.append(("metrics", .object(metrics.map { ($0, .value(RegoValue($1))) }))) }
        if !aggregatedTimers.isEmpty {
            members.append(("aggregated_metrics", .object(aggregatedTimers.map { ($0.name, $0.times.node) })))
        }
        if !explanation.isEmpty { members.append(("explanation", TraceText.node(explanation))) }
        if let profile, !profile.isEmpty { members.append(("profile", .array(profile.map(\.node)))) }
        if let aggregatedProfile, !aggregatedProfile.isEmpty {
            members.append(("aggregated_profile", .array(aggregatedProfile.map { $0.entry.node(of: $0.times) })))
        }
        if let coverage { members.append(("coverage", coverage.node)) }
        return members
    }

    /// What stands behind the result for people.
    var tables: String {
        var text = ""
        let metrics =
            timers.map { [$0.name, "\($0.nanoseconds)"] } + counters.map { [$0.name, "\($0.value)"] }
        if !metrics.isEmpty { text += BoxTable(header: ["METRIC", "VALUE"], rows: metrics).text }
        if let profile { text += BoxTable(header: PolicyProfile.Entry.header, rows: profile.map(\.row)).text }
        if !aggregatedTimers.isEmpty {
            let rows = aggregatedTimers.map { [$0.name] + $0.times.columns.map(String.init) }
            text += BoxTable(header: ["METRIC"] + Samples.header, rows: rows).text
        }
        if let aggregatedProfile, !aggregatedProfile.isEmpty {
            let rows = aggregatedProfile.map { line in
                line.times.columns.map { Duration.nanoseconds($0).goText } + line.entry.row.dropFirst()
            }
            text += BoxTable(header: Samples.header + PolicyProfile.Entry.header.dropFirst(), rows: rows).text
        }
        if let coverage { text += coverage.table }
        return text
    }
}

extension Samples {
    /// The part of the distribution that a table shows.
    fileprivate static let header = ["MIN", "MAX", "MEAN", "90%", "99%"]
    fileprivate var columns: [Int] {
        [sorted.first ?? 0, sorted.last ?? 0, Int(mean.rounded()), percentile(0.9), percentile(0.99)]
    }

    var node: ReportNode { .object(statistics.map { ($0.name, .value(RegoValue($0.value))) }) }
}
