/// What a rule of a module defines, for tools that list rules.
public struct RegoRuleHead: Sendable, Hashable {
    /// The path below `data` as far as it has no variables: the package, then the rule.
    public let path: [String]
    /// Where the rule stands.
    public let location: SourceLocation
    /// Whether the path goes on with what each evaluation gives, as in `p[x]`.
    public let isPartial: Bool
    /// Whether the rule takes arguments.
    public let isFunction: Bool
}

extension RegoModule {
    /// The heads of the rules, in the order of the module.
    public var ruleHeads: [RegoRuleHead] {
        rules.map { rule in
            var names: [String] = []
            for term in rule.head.terms {
                if case .variable(let name) = term.value, names.isEmpty {
                    names.append(name)
                } else if case .string(let name) = term.value {
                    names.append(name)
                } else {
                    break
                }
            }
            return RegoRuleHead(
                path: package.path + names, location: source.location(rule.span),
                isPartial: names.count < rule.head.terms.count || rule.head.key != nil,
                isFunction: rule.head.arguments != nil)
        }
    }

    /// The comments of the module, each with its text behind the number sign.
    public var commentLines: [(text: String, location: SourceLocation)] {
        comments.map { (text: $0.text, location: source.location($0.span)) }
    }
}
