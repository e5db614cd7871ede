import Rego

extension PolicyTrace {
    /// What stands behind the result in JSON.
    var members: [(key: String, value: ReportNode)] {
        var members: [(key: String, value: ReportNode)] = []
        if !timers.isEmpty {
            members.append(("metrics", .object(timers.map { ($0.name, .value(RegoValue($0.nanoseconds))) })))
        }
        if !explanation.isEmpty { members.append(("explanation", TraceText.node(explanation))) }
        if let profile, !profile.isEmpty { members.append(("profile", .array(profile.map(\.node)))) }
        if let coverage { members.append(("coverage", coverage.node)) }
        return members
    }

    /// What stands behind the result for people.
    var tables: String {
        var text = ""
        if !timers.isEmpty {
            text += BoxTable(header: ["METRIC", "VALUE"], rows: timers.map { [$0.name, "\($0.nanoseconds)"] }).text
        }
        if let profile { text += BoxTable(header: PolicyProfile.Entry.header, rows: profile.map(\.row)).text }
        if let coverage { text += coverage.table }
        return text
    }
}
