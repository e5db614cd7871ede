/// The syntax tree as a value, in the form that `opa parse --format json` prints.
extension RegoModule {
    /// The module as a value.
    public var value: RegoValue {
        var object = RegoObject()
        let head = SyntaxValue.node("var", "data")
        let path = package.path.map { SyntaxValue.node("string", RegoValue($0)) }
        object.insert("package", SyntaxValue.object(["path": .array(RegoArray([head] + path))]))
        if !imports.isEmpty {
            object.insert("imports", .array(RegoArray(imports.map(SyntaxValue.importDeclaration))))
        }
        if !annotations.isEmpty {
            object.insert("annotations", .array(RegoArray(annotations.map { .object($0.value) })))
        }
        if !rules.isEmpty { object.insert("rules", .array(RegoArray(rules.map(SyntaxValue.rule)))) }
        return .object(object)
    }
}

/// Makes values of nodes.
enum SyntaxValue {
    static func object(_ fields: [(key: RegoValue, value: RegoValue?)]) -> RegoValue {
        .object(RegoObject(fields.compactMap { field in field.value.map { (key: field.key, value: $0) } }))
    }

    static func object(_ fields: KeyValuePairs<RegoValue, RegoValue?>) -> RegoValue {
        object(fields.map { (key: $0.key, value: $0.value) })
    }

    static func node(_ type: String, _ value: RegoValue) -> RegoValue {
        object(["type": .string(RegoString(type)), "value": value])
    }

    static func importDeclaration(_ declaration: ImportDeclaration) -> RegoValue {
        object([
            "path": term(Term(.ref(Reference(terms: declaration.path)), declaration.span)),
            "alias": declaration.alias.map { RegoValue($0) },
        ])
    }

    static func rule(_ rule: Rule) -> RegoValue {
        var next: RegoValue?
        for branch in rule.elseBranches.reversed() {
            next = object([
                "body": body(branch.body), "else": next,
                "head": head(rule.head, value: branch.value),
            ])
        }
        return object([
            "body": body(rule.body), "default": rule.isDefault ? true : nil, "else": next,
            "head": head(rule.head, value: rule.head.value),
        ])
    }

    private static func head(_ head: RuleHead, value: Term) -> RegoValue {
        let name: RegoValue? =
            if case .variable(let name) = head.terms[0].value, head.terms.count == 1 { RegoValue(name) } else { nil }
        return object([
            "name": name, "args": head.arguments.map(list), "key": head.key.map(term),
            "value": head.key == nil ? term(value) : nil, "assign": head.isAssigned ? true : nil,
            "ref": list(head.terms),
        ])
    }

    private static func list(_ terms: [Term]) -> RegoValue { .array(RegoArray(terms.map(term))) }

    static func body(_ body: [Expr]) -> RegoValue {
        .array(RegoArray(body.enumerated().map { expression($0.element, index: $0.offset) }))
    }

    static func expression(_ expression: Expr, index: Int) -> RegoValue {
        let terms: RegoValue
        switch expression.kind {
        case .term(let term):
            if case .call(let target, let arguments) = term.value {
                terms = .array(RegoArray([callee(target)] + arguments.map(self.term)))
            } else {
                terms = self.term(term)
            }
        case .some(let names):
            terms = object(["symbols": list(names)])
        case .someIn(let key, let value, let domain):
            let name = key == nil ? "internal.member_2" : "internal.member_3"
            let call = Term(.call(.operator(name), (key.map { [$0] } ?? []) + [value, domain]))
            terms = object(["symbols": list([call])])
        case .every(let key, let value, let domain, let body):
            terms = object([
                "key": key.map(term), "value": term(value), "domain": term(domain), "body": self.body(body),
            ])
        }
        let with = expression.with.map { object(["target": term($0.target), "value": term($0.value)]) }
        return object([
            "index": RegoValue(index), "negated": expression.isNegated ? true : nil, "terms": terms,
            "with": with.isEmpty ? nil : .array(RegoArray(with)),
        ])
    }

    private static func callee(_ target: CallTarget) -> RegoValue {
        switch target {
        case .named(let name):
            if case .variable = name.value { return term(Term(.ref(Reference(terms: [name])))) }
            return term(name)
        case .operator(let name):
            let parts = name.split(separator: ".").map(String.init)
            let terms = parts.enumerated().map { Term($0.offset == 0 ? .variable($0.element) : .string($0.element)) }
            return term(Term(.ref(Reference(terms: terms))))
        }
    }

    static func term(_ term: Term) -> RegoValue {
        switch term.value {
        case .null: return object(["type": "null", "value": .null])
        case .bool(let value): return node("boolean", .bool(value))
        case .number(let number): return node("number", .number(number))
        case .string(let text): return node("string", RegoValue(text))
        case .variable(let name): return node("var", RegoValue(name))
        case .ref(let reference): return node("ref", list(reference.terms))
        case .array(let terms): return node("array", list(terms))
        case .set(let terms): return node("set", list(terms))
        case .object(let items):
            let pairs = items.map { RegoValue.array([self.term($0.key), self.term($0.value)]) }
            return node("object", .array(RegoArray(pairs)))
        case .arrayComprehension(let value, let body):
            return node("arraycomprehension", object(["term": self.term(value), "body": self.body(body)]))
        case .setComprehension(let value, let body):
            return node("setcomprehension", object(["term": self.term(value), "body": self.body(body)]))
        case .objectComprehension(let key, let value, let body):
            return node(
                "objectcomprehension",
                object(["key": self.term(key), "value": self.term(value), "body": self.body(body)]))
        case .call(let target, let arguments):
            return node("call", .array(RegoArray([callee(target)] + arguments.map(self.term))))
        case .template(let parts, let isRaw):
            let pieces = parts.map { part in
                switch part {
                case .text(let text): node("string", RegoValue(text))
                case .expression(let inner): expression(inner, index: 0)
                }
            }
            return node(
                "templatestring",
                object(["parts": .array(RegoArray(pieces)), "multi_line": .bool(isRaw)]))
        }
    }
}
