import Rego

/// A trace for people: where on the left, what on the right, as deep as it stands.
enum TraceText {
    private static let placeMaximum = 64
    private static let padding = 5

    static func text(_ events: [TraceEvent], dropped: Int = 0) -> String {
        let places = events.map(place)
        let width = (places.map(\.count).max() ?? 0) + padding
        var text = ""
        for (event, place) in zip(events, places) {
            text += place + String(repeating: " ", count: width - place.count)
            text += String(repeating: "| ", count: event.depth) + words(event) + "\n"
        }
        if dropped > 0 { text += "… and \(dropped) more events\n" }
        return text
    }

    private static func words(_ event: TraceEvent) -> String {
        let name = event.operation.rawValue
        if event.operation == .note { return "\(name) \(RegoValue(event.message).description)" }
        return "\(name) \(event.node.text)" + (event.message.isEmpty ? "" : " \(event.message)")
    }

    /// File and line; what is too long for the column keeps its first directory and its end.
    private static func place(_ event: TraceEvent) -> String {
        let file = event.location.file.isEmpty ? "query" : event.location.file
        let place = "\(file):\(event.location.row)"
        guard place.count > placeMaximum else { return place }
        let first = String(place.prefix { $0 != "/" }.prefix(20)) + "/..."
        return first + String(place.suffix(placeMaximum - first.count))
    }

    /// The events as JSON has them.
    static func node(_ events: [TraceEvent]) -> ReportNode {
        .array(
            events.map { event in
                .object([
                    ("Op", .value(RegoValue(event.operation.rawValue))),
                    ("Node", .value(RegoValue(event.node.text))),
                    ("Location", location(event.location)),
                    ("QueryID", .value(RegoValue(event.queryID))), ("ParentID", .value(RegoValue(event.parentID))),
                    ("Message", .value(RegoValue(event.message))),
                ])
            })
    }

    static func location(_ place: SourceLocation) -> ReportNode {
        .object([
            ("file", .value(RegoValue(place.file))), ("row", .value(RegoValue(place.row))),
            ("col", .value(RegoValue(place.column))),
        ])
    }
}
