/// Tells what one evaluation does; only closures that were made for tracing know it.
final class Tracer {
    /// What belongs to one run of a rule or body, to be put back behind it.
    struct Level {
        fileprivate let query: Int
        fileprivate let parent: Int
        fileprivate let isDefined: Bool
        fileprivate let node: TraceNode?
    }

    /// Whether the expression that is evaluated had a solution.
    var isDefined = false
    private let sink: @Sendable (TraceEvent) -> Void
    private var depth = 0
    private var query = 0
    private var parent = 0
    private var last = 0
    /// The expression that was evaluated last: it asks for the rules that are looked up.
    private var node: TraceNode?

    init(_ sink: @escaping @Sendable (TraceEvent) -> Void) {
        self.sink = sink
    }

    func tell(_ operation: TraceEvent.Operation, _ node: TraceNode, message: String = "") {
        if operation == .eval || operation == .redo { self.node = node }
        sink(
            TraceEvent(
                operation: operation, node: node, location: node.location, queryID: query, parentID: parent,
                depth: depth, message: message))
    }

    /// Begins a run of a rule or body.
    func enter(_ node: TraceNode) -> Level {
        let level = Level(query: query, parent: parent, isDefined: isDefined, node: self.node)
        if last > 0 { parent = query }
        query = last
        last += 1
        tell(.enter, node)
        self.node = level.node
        depth += 1
        return level
    }

    /// Ends the run that was begun there.
    func leave(_ level: Level) {
        depth -= 1
        query = level.query
        parent = level.parent
        isDefined = level.isDefined
        node = level.node
    }

    /// Goes back to the rule or body of the run.
    func redo(_ node: TraceNode) {
        let asking = self.node
        depth -= 1
        tell(.redo, node)
        depth += 1
        self.node = asking
    }

    /// Rules were looked up.
    func index(_ group: TraceNode, count: Int, isEarly: Bool) {
        let rules = count == 1 ? "1 rule" : "\(count) rules"
        sink(
            TraceEvent(
                operation: .index, node: group, location: node?.location ?? group.location, queryID: query,
                parentID: parent, depth: depth, message: "(matched \(rules)\(isEarly ? ", early exit" : ""))"))
    }

    /// A note was made with `trace`.
    func note(_ text: String, at place: TraceNode) {
        sink(
            TraceEvent(
                operation: .note, node: node ?? place, location: place.location, queryID: query, parentID: parent,
                depth: depth, message: text))
    }
}
