internal import Model

/// Events as `kubectl get events` shows them.
enum EventTable {
    private static let columns = [
        ObjectTable.Column(name: "Last Seen", summary: "How long ago it last happened."),
        ObjectTable.Column(name: "Type", summary: "Normal or Warning."),
        ObjectTable.Column(name: "Reason", summary: "A named cause."),
        ObjectTable.Column(name: "Object", summary: "What it happened to."),
        ObjectTable.Column(name: "Subobject", priority: 1, summary: "The part of the object."),
        ObjectTable.Column(name: "Source", priority: 1, summary: "Who reports it."),
        ObjectTable.Column(name: "Message", summary: "A sentence."),
        ObjectTable.Column(name: "First Seen", priority: 1, summary: "How long ago it first happened."),
        ObjectTable.Column(name: "Count", type: "integer", priority: 1, summary: "How often it happened."),
        ObjectTable.Column(name: "Name", priority: 1, summary: "The name of the event."),
    ]

    /// The table of events at a time.
    static func table(_ objects: [APIObject], now: WallTime) -> ObjectTable {
        ObjectTable(
            columns: columns,
            rows: objects.map { object in
                guard let spec = try? Object<EventKind>(object).spec else {
                    let cells = columns.map { $0.name == "Name" ? JSONValue.string(object.metadata.name) : .null }
                    return ObjectTable.Row(cells: cells, object: object)
                }
                let source = spec.source + (spec.reportingInstance.map { ", \($0)" } ?? "")
                let cells: [JSONValue] = [
                    .string(now.age(since: spec.lastTimestamp)), .string(spec.type), .string(spec.reason),
                    .string("\(spec.involvedKind.lowercased())/\(spec.involvedName)"),
                    .string(spec.involvedFieldPath ?? ""), .string(source), .string(spec.message),
                    .string(now.age(since: spec.firstTimestamp)), .integer(Int64(spec.count)),
                    .string(object.metadata.name),
                ]
                return ObjectTable.Row(cells: cells, object: object)
            })
    }
}
