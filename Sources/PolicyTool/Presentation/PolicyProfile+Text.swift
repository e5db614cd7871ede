import Rego

extension PolicyProfile.Entry {
    var node: ReportNode { .object([("total_time_ns", .value(RegoValue(nanoseconds)))] + counts) }

    /// The line over several runs.
    func node(of times: Samples) -> ReportNode { .object([("total_time_ns_stats", times.node)] + counts) }

    private var counts: [(key: String, value: ReportNode)] {
        [
            ("num_eval", .value(RegoValue(evaluationCount))), ("num_redo", .value(RegoValue(redoCount))),
            ("num_gen_expr", .value(RegoValue(expressionCount))), ("location", TraceText.location(location)),
        ]
    }

    /// A line of the table: an expression of the query is shown, one of a module is named by its place.
    var row: [String] {
        let place = location.file.isEmpty ? TraceText.line(location.text) : "\(location.file):\(location.row)"
        return [
            Duration.nanoseconds(nanoseconds).goText, "\(evaluationCount)", "\(redoCount)", "\(expressionCount)",
            place,
        ]
    }

    static let header = ["TIME", "NUM EVAL", "NUM REDO", "NUM GEN EXPR", "LOCATION"]
}

extension TraceText {
    static func line(_ text: String) -> String {
        text.split { $0 == "\n" || $0 == "\t" || $0 == " " }.joined(separator: " ")
    }
}
