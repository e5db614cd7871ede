/// What a text is when it stands alone, as in a session: a query, or rules.
public enum RegoStatement: Sendable, Equatable {
    /// Rules, with the names of their heads without arguments and keys.
    case rules(names: [String])
    /// `name := term`, which defines `name` anew.
    case assignment(name: String)
    /// `name = term`, which defines `name` where it is unknown, and asks where it is known.
    case equality(name: String)
    /// A query.
    case query
    /// A text that ends too early to be either.
    case incomplete

    /// Reads a text.
    ///
    /// - Throws: The error of the reading that came further.
    public init(parsing text: String, version: RegoVersion = .v1) throws(RegoErrors) {
        let heading = version == .v1 ? "package session\n" : "package session\nimport future.keywords\n"
        let ruleError: RegoError
        do throws(RegoError) {
            let source = SourceText(name: "", bytes: Array((heading + text).utf8))
            var parser = try Parser(source, version: version)
            let module = try parser.parseModule()
            if let statement = Self.statement(of: module) {
                self = statement
                return
            }
            self = .query
            return
        } catch {
            ruleError = error
        }
        do throws(RegoError) {
            var parser = try Parser(SourceText(name: "", bytes: Array(text.utf8)), version: version)
            parser.keywords.formUnion(Parser.keywordsFuture)
            _ = try parser.parseQuery(until: .endOfFile)
            self = .query
        } catch {
            let end =
                text.utf8.count - text.utf8.reversed().prefix { $0 == 10 || $0 == 32 || $0 == 9 || $0 == 13 }.count
            let queryOffset = error.location?.offset ?? 0
            let ruleOffset = (ruleError.location?.offset ?? 0) - heading.utf8.count
            if max(queryOffset, ruleOffset) >= end {
                self = .incomplete
                return
            }
            throw RegoErrors([queryOffset >= ruleOffset ? error : ruleError])
        }
    }

    /// What the rules of a module are; nil when they are a query that looks like rules.
    private static func statement(of module: RegoModule) -> RegoStatement? {
        var names: [String] = []
        for rule in module.rules {
            guard case .variable(let name)? = rule.head.terms.first?.value, name != "input", name != "data" else {
                return nil
            }
            if !names.contains(name) { names.append(name) }
        }
        guard let first = module.rules.first else { return nil }
        let isPlain =
            module.rules.count == 1 && !first.isDefault && !first.hasBody && first.head.hasValue
            && first.head.terms.count == 1 && first.elseBranches.isEmpty
        if module.rules.count == 1, !first.isDefault, !first.hasBody, !first.head.hasValue {
            // A bare call or reference asks; `name contains member` and `name if …` define.
            if first.head.key == nil || module.version == .v0 { return nil }
        }
        guard isPlain else { return .rules(names: names) }
        if first.head.arguments != nil {
            // A call of a built-in function that is compared is a question.
            return first.head.isAssigned || Builtins.all[names[0]] == nil ? .rules(names: names) : nil
        }
        return first.head.isAssigned ? .assignment(name: names[0]) : .equality(name: names[0])
    }
}
