/// Resolves, checks and lowers modules; what it makes is what queries are prepared from.
struct Compiler: Sendable {
    var modules: [RegoModule]
    var scopes: [ModuleScope] = []
    var tree = RuleTree()
    var rules: [RuleEntry] = []
    var lowered: [LoweredRule] = []
    var groups: [GroupPlan] = []
    /// The rules that, with all they refer to, depend on nothing but the base document.
    var stableRules: [Bool] = []
    /// The global names that the rules of each module use.
    var usedGlobals: [Int: Set<String>] = [:]
    /// The types of the documents of groups, as far as they are known.
    var documentTypes: [Int: RegoType] = [:]
    var errors: [RegoError] = []
    /// The calls of deprecated built-ins, which are errors when nothing else is wrong.
    var deprecatedCalls: [RegoError] = []
    let options: RegoEngine.Options

    init(_ modules: [RegoModule], options: RegoEngine.Options) {
        self.modules = modules
        self.options = options
    }

    /// Does everything that does not depend on a query.
    mutating func compile() throws(RegoErrors) {
        buildTree()
        checkConflicts()
        checkImports()
        try stopOnErrors()
        makeGroups()
        for index in rules.indices { lowered.append(lower(index)) }
        checkUnusedImports()
        try stopOnErrors()
        findStableRules()
        checkSafety()
        try stopOnErrors()
        checkRecursion()
        try stopOnErrors()
        guard let first = scopes.first else { return }
        var checker = TypeChecker(self, source: first.source)
        checker.checkAll()
        errors += checker.errors
        documentTypes = checker.documents
        try stopOnErrors()
        errors += deprecatedCalls
        try stopOnErrors()
    }

    func stopOnErrors() throws(RegoErrors) {
        guard !errors.isEmpty else { return }
        throw RegoErrors(Array(sorted(errors).prefix(options.errorLimit)))
    }

    func sorted(_ errors: [RegoError]) -> [RegoError] {
        errors.enumerated().sorted { left, right in
            let first = left.element.location, second = right.element.location
            let leftKey = (first?.file ?? "", first?.row ?? 0, first?.column ?? 0, left.offset)
            let rightKey = (second?.file ?? "", second?.row ?? 0, second?.column ?? 0, right.offset)
            return leftKey < rightKey
        }.map(\.element)
    }

    mutating func report(_ code: RegoError.Code, _ message: String, module: Int, _ span: Span) {
        errors.append(RegoError(code: code, message: message, location: modules[module].source.location(span)))
    }

    // MARK: The tree

    private mutating func buildTree() {
        for (index, module) in modules.enumerated() {
            var scope = ModuleScope(module)
            let package = tree.insert(scope.package)
            tree[package].isPackage = true
            for rule in module.rules {
                guard case .variable(let name) = rule.head.terms[0].value else { continue }
                if name == "data" || name == "input" {
                    report(
                        .compile, "rules must not shadow \(name) (use a different rule name)", module: index,
                        rule.head.span)
                }
                var prefix = scope.package + [.string(RegoString(name))]
                var suffix = rule.head.terms.dropFirst()
                while let next = suffix.first, let value = next.scalar {
                    prefix.append(value)
                    suffix = suffix.dropFirst()
                }
                let node = tree.insert(prefix)
                tree[node].rules.append(rules.count)
                rules.append(
                    RuleEntry(rule: rule, module: index, prefix: prefix, suffix: Array(suffix), node: node))
            }
            scopes.append(scope)
            scope.globals = [:]
        }
        // The rules of a package are known in all of its modules, and imports go before them.
        var names: [[RegoValue]: Set<String>] = [:]
        for entry in rules {
            let package = scopes[entry.module].package
            if let name = entry.prefix[package.count].string { names[package, default: []].insert(name) }
        }
        for index in scopes.indices {
            let package = scopes[index].package
            for name in names[package] ?? [] where scopes[index].globals[name] == nil {
                scopes[index].globals[name] = .data(package + [.string(RegoString(name))])
            }
        }
    }

    private mutating func checkImports() {
        for (index, module) in modules.enumerated() {
            var seen: [String: ImportDeclaration] = [:]
            for declaration in module.imports {
                let names = declaration.names
                guard names[0] == "data" || names[0] == "input" else { continue }
                guard let first = seen[declaration.name] else {
                    seen[declaration.name] = declaration
                    continue
                }
                guard module.version == .v1 || options.isStrict else { continue }
                let alias = first.alias.map { " as \($0)" } ?? ""
                report(
                    .compile, "import must not shadow import \(first.names.joined(separator: "."))\(alias)",
                    module: index, declaration.span)
            }
        }
    }

    // MARK: Conflicts

    private mutating func checkConflicts() {
        for index in tree.nodes.indices {
            let node = tree.nodes[index]
            guard let first = node.rules.first else { continue }
            let entries = node.rules.map { rules[$0] }
            let span = rules[first].rule.head.span
            let module = rules[first].module
            if node.isPackage {
                let place = modules[module].source.location(span)
                report(
                    .type,
                    "package \(node.name) conflicts with rule \(lastName(node)) defined at "
                        + "\(place.file):\(place.row)", module: module, span)
            }
            let isFunction = entries.map(\.isFunction)
            let isMulti = entries.filter { !$0.isDynamic }.map(\.isMultiValue)
            let arities = Set(entries.compactMap { $0.rule.head.arguments?.count })
            let hasGround = entries.contains { !$0.isDynamic && !$0.rule.isDefault }
            let isMixed = isFunction.contains(true) && isFunction.contains(false)
            let hasKinds = isMulti.contains(true) && isMulti.contains(false)
            let hasDynamic = entries.contains(where: \.isDynamic)
            if isMixed || hasKinds || arities.count > 1 || (hasGround && hasDynamic && !isFunction.contains(true)) {
                report(.type, "conflicting rules \(node.name) found", module: module, span)
            }
            if entries.filter(\.rule.isDefault).count > 1 {
                report(.type, "multiple default rules \(node.name) found", module: module, span)
            }
            if !hasDynamic, !node.children.isEmpty {
                let below = tree.rules(below: index).filter { !node.rules.contains($0) }
                guard !below.isEmpty else { continue }
                let names = Set(below.map { tree[rules[$0].node].name }).sorted().joined(separator: " ")
                report(.type, "rule \(node.name) conflicts with [\(names)]", module: module, span)
            }
        }
    }

    private func lastName(_ node: RuleNode) -> String { node.path.last?.string ?? "" }

    // MARK: Groups

    /// Joins the rules that give one document.
    private mutating func makeGroups() {
        var waiting = [RuleTree.root]
        while let index = waiting.popLast() {
            let node = tree[index]
            guard !node.rules.isEmpty else {
                waiting += node.children.reversed()
                continue
            }
            let own = node.rules.map { rules[$0] }
            let isDynamic = own.contains(where: \.isDynamic)
            let all = isDynamic ? tree.rules(below: index) : node.rules
            let kind: GroupPlan.Kind
            if own.contains(where: \.isFunction) {
                kind = .function(arity: own.first { $0.isFunction }?.rule.head.arguments?.count ?? 0)
            } else if isDynamic {
                kind = .partial
            } else if own.contains(where: \.isMultiValue) {
                kind = .set
            } else {
                kind = .complete
            }
            let id = groups.count
            groups.append(GroupPlan(kind: kind, node: index, path: node.path, rules: all))
            tree[index].group = id
        }
    }
}

/// The rules that give one document, before they are made closures of.
struct GroupPlan: Sendable {
    enum Kind: Sendable, Equatable {
        case complete
        case function(arity: Int)
        /// A set: every rule gives a member.
        case set
        /// An object with keys that rules compute, at any depth, sets at its leaves included.
        case partial
    }

    var kind: Kind
    var node: Int
    var path: [RegoValue]
    var rules: [Int]
}

/// A rule with its names resolved.
struct LoweredRule: Sendable {
    struct Branch: Sendable {
        var value: LoweredTerm
        var goals: [Goal]
        var span: Span
    }

    var frame = FrameLayout()
    /// The patterns of the arguments that are more than a variable.
    var argumentGoals: [Goal] = []
    var argumentCount = 0
    var path: [LoweredTerm] = []
    var key: LoweredTerm?
    var branches: [Branch] = []
    var isDefault = false
    /// The nodes of the tree that it refers to.
    var references: Set<Int> = []
    /// Whether it depends on nothing but the base document and other rules.
    var isStable = true
    var module = 0
    var span = Span.none
}
