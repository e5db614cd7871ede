/// One thing that an evaluation did, as a traced query tells it.
///
/// Events are those of OPA's evaluator, with two differences: a rule is done before what asked for it goes on, so that
/// its `redo` stands before the `exit` of that; and how terms were made equal is not told.
public struct TraceEvent: Sendable {
    /// What was done.
    public enum Operation: String, Sendable, CaseIterable {
        /// A rule, a query or a body inside of one is begun.
        case enter = "Enter"
        /// It holds, once more.
        case exit = "Exit"
        /// An expression is evaluated.
        case eval = "Eval"
        /// It, or a rule, is gone back to for more solutions.
        case redo = "Redo"
        /// An expression does not hold.
        case fail = "Fail"
        /// The rules that can hold were looked up.
        case index = "Index"
        /// `trace` was called.
        case note = "Note"
    }

    /// What was done.
    public let operation: Operation
    /// What it was done to.
    public let node: TraceNode
    /// Where that stands; for a rule that was looked up, where it was asked for.
    public let location: SourceLocation
    /// The number of the rule's or body's run.
    public let queryID: Int
    /// The number of the run that asked for it; its own for the query.
    public let parentID: Int
    /// How deep it stands, 0 for the query.
    public let depth: Int
    /// What else there is to say: the note, or how many rules matched.
    public let message: String
}

/// What an event speaks of: the query or a body, a rule, or an expression.
public final class TraceNode: Sendable {
    /// The kinds of nodes.
    public enum Kind: String, Sendable {
        /// The query, or the body of a comprehension, of `every` or behind `not`.
        case body
        /// A rule; for OPA, also each of its branches.
        case rule
        /// An expression, or a part of one that is found before it.
        case expression
    }

    /// What it is.
    public let kind: Kind
    /// Its number among those of the prepared query.
    public let id: Int
    /// Where it stands.
    public let location: SourceLocation
    /// Its text on one line; for a rule its path.
    public let text: String

    init(kind: Kind, id: Int, location: SourceLocation, text: String) {
        self.kind = kind
        self.id = id
        self.location = location
        self.text = text
    }
}
