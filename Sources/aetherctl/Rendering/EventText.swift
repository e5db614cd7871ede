import Model

/// Events, for people.
enum EventText {
    static let headings = ["LAST SEEN", "TYPE", "REASON", "OBJECT", "COUNT", "MESSAGE"]

    /// The table of some events, the newest last.
    static func table(_ events: [Object<EventKind>], now: WallTime) -> TextTable {
        TextTable(headings, rows: sorted(events).map { row($0, now: now) })
    }

    static func row(_ event: Object<EventKind>, now: WallTime) -> [String] {
        let spec = event.spec
        return [
            Age.text(spec.lastTimestamp, now: now), spec.type, spec.reason, "\(spec.involvedKind)/\(spec.involvedName)",
            String(spec.count), spec.message,
        ]
    }

    static func sorted(_ events: [Object<EventKind>]) -> [Object<EventKind>] {
        events.sorted { ($0.spec.lastTimestamp, $0.metadata.name) < ($1.spec.lastTimestamp, $1.metadata.name) }
    }

    /// Whether an event is about an object; a resource's name counts in any form.
    static func isAbout(_ event: Object<EventKind>, _ key: ObjectKey) -> Bool {
        guard event.spec.involvedKind == key.kind.rawValue else { return false }
        if event.spec.involvedName == key.name { return true }
        guard key.kind == ResourceKind.descriptor.kind, let id = ResourceID(anyForm: event.spec.involvedName) else {
            return false
        }
        return id.name == key.name
    }
}
