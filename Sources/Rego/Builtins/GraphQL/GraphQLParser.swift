/// Reads GraphQL into the tree that OPA shows, with a `Position` in each node that `pruned` takes away.
struct GraphQLParser {
    private static let depthLimit = 200

    private var lexer: GraphQLLexer
    private(set) var token: GraphQLToken
    private var previous: GraphQLToken
    private var depth = 0

    init(_ text: RegoString) {
        lexer = GraphQLLexer(text)
        token = lexer.next()
        previous = token
    }

    // MARK: - What all parts use

    var position: RegoValue { ["Line": RegoValue(token.line), "Column": RegoValue(token.column)] }

    func failure(_ message: String, at token: GraphQLToken? = nil) -> GraphQLError {
        let place = token ?? self.token
        return GraphQLError(message: message, line: place.line, column: place.column)
    }

    func unexpected(_ token: GraphQLToken? = nil) -> GraphQLError {
        failure("Unexpected \((token ?? self.token).text)", at: token)
    }

    var lastToken: GraphQLToken { previous }

    @discardableResult
    mutating func advance() throws(GraphQLError) -> GraphQLToken {
        if token.kind == .invalid { throw failure(token.reason) }
        previous = token
        token = lexer.next()
        return previous
    }

    mutating func expect(_ kind: GraphQLToken.Kind) throws(GraphQLError) -> GraphQLToken {
        guard token.kind == kind else { throw failure("Expected \(kind.rawValue), found \(token.kind.rawValue)") }
        return try advance()
    }

    mutating func expectKeyword(_ word: String) throws(GraphQLError) {
        guard token.kind == .name, token.value == word else {
            throw failure("Expected \(GoQuote.quote(RegoString(word))), found \(token.text)")
        }
        try advance()
    }

    mutating func skip(_ kind: GraphQLToken.Kind) throws(GraphQLError) -> Bool {
        guard token.kind == kind else { return false }
        try advance()
        return true
    }

    mutating func name() throws(GraphQLError) -> String { try expect(.name).value }

    /// What stands between brackets, where it stands at all; `least` 1 demands one element.
    mutating func list(
        _ open: GraphQLToken.Kind, _ close: GraphQLToken.Kind, least: Int,
        _ element: (inout GraphQLParser) throws(GraphQLError) -> RegoValue
    ) throws(GraphQLError) -> RegoArray {
        var made = RegoArray()
        guard try skip(open) else { return made }
        depth += 1
        defer { depth -= 1 }
        if depth > GraphQLParser.depthLimit { throw failure("nested too deeply") }
        while token.kind != close { made.append(try element(&self)) }
        if made.count < least {
            throw failure("expected at least one definition, found \(token.kind.rawValue)")
        }
        try advance()
        return made
    }

    /// A node of members, those that are empty left out.
    static func node(_ position: RegoValue, _ members: [(String, RegoValue?)]) -> RegoValue {
        var made = RegoObject()
        for (name, value) in members {
            guard let value else { continue }
            if case .array(let array) = value, array.isEmpty { continue }
            made.insert(RegoValue(name), value)
        }
        made.insert("Position", position)
        return .object(made)
    }

    /// The tree without positions.
    static func pruned(_ value: RegoValue) -> RegoValue? {
        switch value {
        case .null: return nil
        case .array(let array):
            let left = RegoArray(array.compactMap(pruned))
            return left.isEmpty ? nil : .array(left)
        case .object(let object):
            var made = RegoObject()
            for (key, inner) in object where key != "Position" {
                if let left = pruned(inner) { made.insert(key, left) }
            }
            return made.isEmpty ? nil : .object(made)
        default: return value
        }
    }
}
