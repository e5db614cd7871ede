internal import Model

/// A parameter in the query of a request, as it is published.
struct APIParameter: Sendable {
    /// What its value is.
    enum Kind: String, Sendable {
        case string
        case integer
        case boolean
    }

    let name: String
    let kind: Kind
    let summary: String
    /// The words that are understood; empty where any is.
    let words: [String]

    init(_ name: String, _ kind: Kind, _ summary: String, words: [String] = []) {
        self.name = name
        self.kind = kind
        self.summary = summary
        self.words = words
    }

    /// What its value is, as a schema says it.
    var schema: [String: JSONValue] {
        var schema: [String: JSONValue] = ["type": .string(kind.rawValue)]
        if kind == .integer { schema["minimum"] = 0 }
        if !words.isEmpty { schema["enum"] = .array(words.map { .string($0) }) }
        return schema
    }

    /// The parameters of lists.
    static let listing: [APIParameter] = [
        APIParameter("labelSelector", .string, "Only objects whose labels match."),
        APIParameter("fieldSelector", .string, "Only objects whose fields match."),
        APIParameter("limit", .integer, "The most objects of one answer; the list goes on with its token."),
        APIParameter("continue", .string, "The token of the answer that the list goes on after."),
        APIParameter("resourceVersion", .string, "For a watch: the version after which changes are sent."),
        APIParameter("resourceVersionMatch", .string, "How the version of a list is meant."),
        APIParameter("watch", .boolean, "Send changes as they happen instead of a list."),
        APIParameter("allowWatchBookmarks", .boolean, "Whether a watch may send versions without a change."),
        APIParameter("sendInitialEvents", .boolean, "Whether a watch begins with what there is."),
        APIParameter("timeoutSeconds", .integer, "How long a watch lasts."),
    ]

    /// The parameters of every write.
    static let writing: [APIParameter] = [
        APIParameter("dryRun", .string, "Check and answer, but write nothing.", words: ["All"]),
        APIParameter("fieldManager", .string, "Who writes, for those who look at the fields of an object later."),
    ]

    /// The parameter of writes that hold an object.
    static let validation = APIParameter(
        "fieldValidation", .string, "What becomes of fields that the kind does not have.",
        words: ["Ignore", "Warn", "Strict"])

    /// The parameter of an apply.
    static let force = APIParameter("force", .boolean, "Take over fields that somebody else manages.")

    /// The parameters of deletions.
    static let deleting: [APIParameter] = [
        writing[0],
        APIParameter("gracePeriodSeconds", .integer, "Accepted for the sake of clients; objects need no grace."),
        APIParameter(
            "propagationPolicy", .string, "What becomes of objects that this one owns.",
            words: ["Orphan", "Background", "Foreground"]),
    ]
}
