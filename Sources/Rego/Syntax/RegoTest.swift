/// A test of a module: a rule whose name starts with `test_`.
public struct RegoTest: Sendable {
    /// The package, as a reference: `data.a.b`.
    public let package: String
    /// The rule in its package, as far as it has no variables.
    public let name: String
    /// What the test's value is asked for with.
    public let query: String
    /// Whether its value has an entry for each case, as that of `test_x[case]` has.
    public let hasCases: Bool
    /// Asks for the cases of a test with cases, each an array of keys; nil where that is not known.
    public let casesQuery: String?
    /// Where the rule stands.
    public let location: SourceLocation
    /// Whether it is only planned: `todo_test_x`.
    public let isPlanned: Bool
}

extension RegoModule {
    /// The tests of modules that will be compiled together, in their order.
    ///
    /// A name that several rules have is numbered, so that each is a test. With `cases`, a rule is added for each test
    /// with cases that gives all of them: what a case fails in stands behind where its name is known.
    public static func takeTests(of modules: inout [RegoModule], cases: Bool) -> [RegoTest] {
        var counts: [String: Int] = [:]
        var tests: [RegoTest] = []
        for index in modules.indices {
            for rule in modules[index].rules.indices {
                guard let test = modules[index].takeTest(rule, counts: &counts, cases: cases) else { continue }
                tests.append(test)
            }
        }
        return tests
    }

    private mutating func takeTest(_ index: Int, counts: inout [String: Int], cases: Bool) -> RegoTest? {
        let rule = rules[index]
        guard rule.head.arguments == nil, var path = Self.testPath(rule.head) else { return nil }
        let isPlanned = path.last?.hasPrefix("todo_") ?? false
        let suffix = Array(rule.head.terms.dropFirst(path.count))
        let package = ["data"] + package.path
        let key = RuleNode.format((package + path).map { RegoValue($0) })
        if !isPlanned, !rule.isDefault {
            let count = counts[key, default: 0]
            counts[key] = count + 1
            if count > 0 {
                path[path.count - 1] += "#" + (count < 10 ? "0" : "") + String(count)
                rules[index].head.terms = Self.terms(path, like: rule.head) + suffix
            }
        }
        guard !rule.isDefault else { return nil }
        var casesQuery: String?
        if !suffix.isEmpty, cases, !isPlanned {
            var casesPath = path
            casesPath[path.count - 1] += "#cases"
            rules.append(Self.casesRule(of: rule, path: casesPath, suffix: suffix))
            casesQuery = RuleNode.format((package + casesPath).map { RegoValue($0) })
        }
        return RegoTest(
            package: RuleNode.format(package.map { RegoValue($0) }),
            name: ([path[0]] + path.dropFirst().map { RuleNode.isIdentifier($0) ? ".\($0)" : "[\(RegoValue($0))]" })
                .joined(),
            query: RuleNode.format((package + path).map { RegoValue($0) }), hasCases: !suffix.isEmpty,
            casesQuery: casesQuery,
            location: source.location(rule.head.span), isPlanned: isPlanned)
    }

    /// The constant names of a head up to the one that makes it a test.
    private static func testPath(_ head: RuleHead) -> [String]? {
        var path: [String] = []
        for term in head.terms {
            switch term.value {
            case .variable(let name) where path.isEmpty: path.append(name)
            case .string(let name) where !path.isEmpty: path.append(name)
            default: return nil
            }
            if let last = path.last, last.hasPrefix("test_") || last.hasPrefix("todo_test_") { return path }
        }
        return nil
    }

    private static func terms(_ path: [String], like head: RuleHead) -> [Term] {
        path.enumerated().map { index, name in
            Term(index == 0 ? .variable(name) : .string(name), head.terms[index].span)
        }
    }

    private static func casesRule(of rule: Rule, path: [String], suffix: [Term]) -> Rule {
        var needed = -1
        for term in suffix {
            for name in SyntaxValue.variables(in: SyntaxValue().term(term)) {
                let first = rule.body.indices.first { index in
                    if case .some = rule.body[index].kind { return false }
                    let value = SyntaxValue().expression(rule.body[index], index: index)
                    return SyntaxValue.variables(in: value).contains(name)
                }
                needed = max(needed, first ?? -1)
            }
        }
        var made = rule
        made.head.terms = terms(path, like: rule.head)
        made.head.key = Term(.array(suffix), rule.head.span)
        made.head.value = Term(.bool(true), rule.head.span)
        made.head.hasValue = false
        made.head.isAssigned = false
        made.body = Array(rule.body.prefix(needed + 1))
        if made.body.isEmpty { made.body = [Expr(kind: .term(Term(.bool(true), rule.span)), span: rule.span)] }
        made.elseBranches = []
        made.annotations = []
        return made
    }
}

extension SyntaxValue {
    /// The names of the variables below a node, besides the documents that all modules know.
    static func variables(in value: RegoValue) -> Set<String> {
        var names: Set<String> = []
        var waiting = [value]
        while let next = waiting.popLast() {
            switch next {
            case .array(let array): waiting += array.elements
            case .object(let object):
                if object["type"] == "var", case .string(let name)? = object["value"] {
                    names.insert(name.string)
                } else {
                    waiting += object.values
                }
            default: break
            }
        }
        return names.subtracting(["data", "input"])
    }
}
