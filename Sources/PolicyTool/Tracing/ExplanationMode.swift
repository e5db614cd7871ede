import Rego

/// How much of a trace is told.
public enum ExplanationMode: String, Sendable, CaseIterable {
    /// Nothing.
    case off
    /// What `trace` noted, with what led there.
    case notes
    /// The expressions that did not hold, with what led there.
    case fails
    /// Everything.
    case full
}

/// Chooses the events of a trace while it is told.
struct TraceSelection {
    let mode: ExplanationMode
    /// What was begun or gone back to at each depth and is not told yet.
    private var pending: [TraceEvent?] = []

    init(_ mode: ExplanationMode) { self.mode = mode }

    /// The events to tell now that one more is known.
    mutating func take(_ event: TraceEvent) -> [TraceEvent] {
        switch mode {
        case .off: return []
        case .full: return [event]
        case .notes, .fails: break
        }
        if event.operation == (mode == .notes ? .note : .fail) {
            let path = pending.prefix(event.depth).compactMap { $0 }
            pending.removeAll()
            return path + [event]
        }
        guard event.operation == .enter || event.operation == .redo, event.node.kind != .expression else { return [] }
        if pending.count > event.depth { pending.removeSubrange(event.depth...) }
        while pending.count < event.depth { pending.append(nil) }
        pending.append(event)
        return []
    }
}
