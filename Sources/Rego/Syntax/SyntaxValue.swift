/// The syntax tree as a value, in the form that `opa parse --format json` prints.
extension RegoModule {
    /// The module as a value, without comments and places.
    public var value: RegoValue { value(hasLocations: false, hasComments: false) }

    /// The module as a value: with `hasLocations` each node says where it stands, with `hasComments` the comments are
    /// there, and say it always.
    public func value(hasLocations: Bool, hasComments: Bool) -> RegoValue {
        let syntax = SyntaxValue(source: hasLocations ? source : nil)
        func list<Node>(_ nodes: [Node], _ value: (Node) -> RegoValue) -> RegoValue? {
            nodes.isEmpty ? nil : .array(RegoArray(nodes.map(value)))
        }
        return SyntaxValue.object([
            "package": syntax.package(package), "imports": list(imports, syntax.importDeclaration),
            "annotations": list(annotations) { annotation in
                var object = annotation.value
                if let place = syntax.place(annotation.span) { object.insert("location", place) }
                return .object(object)
            },
            "rules": list(rules, syntax.rule),
            "comments": hasComments ? list(comments) { syntax.comment($0, in: source) } : nil,
        ])
    }
}

/// Makes values of nodes.
struct SyntaxValue {
    /// The text that the nodes stand in, where they say where that is.
    var source: SourceText?

    static func object(_ fields: [(key: RegoValue, value: RegoValue?)]) -> RegoValue {
        .object(RegoObject(fields.compactMap { field in field.value.map { (key: field.key, value: $0) } }))
    }

    static func object(_ fields: KeyValuePairs<RegoValue, RegoValue?>) -> RegoValue {
        object(fields.map { (key: $0.key, value: $0.value) })
    }

    /// Where a node stands; nil when that is not wanted, and for a node that was not written.
    func place(_ span: Span) -> RegoValue? {
        guard let source, span.row > 0 else { return nil }
        return place(span, in: source)
    }

    private func place(_ span: Span, in text: SourceText) -> RegoValue {
        Self.object([
            "file": RegoValue(text.name), "row": RegoValue(Int(span.row)), "col": RegoValue(Int(span.column)),
            "text": source == nil ? nil : Self.bytes(text.text(span)),
        ])
    }

    /// Bytes stand in JSON as Go has them, in base64.
    private static func bytes(_ text: String) -> RegoValue {
        RegoValue(String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self))
    }

    func comment(_ comment: Comment, in text: SourceText) -> RegoValue {
        Self.object(["Location": place(comment.span, in: text), "Text": Self.bytes(comment.text)])
    }

    func package(_ package: PackageDeclaration) -> RegoValue {
        let names = package.path.enumerated().map { index, name in
            // The first, 'data', is never written.
            Term(.string(name), index < package.terms.count ? package.terms[index].span : .none)
        }
        let head = Term(.variable("data"), package.span)
        return Self.object(["path": list([head] + names), "location": place(package.span)])
    }

    func importDeclaration(_ declaration: ImportDeclaration) -> RegoValue {
        Self.object([
            "path": term(Term(.ref(Reference(terms: declaration.path)), declaration.span)),
            "alias": declaration.alias.map { RegoValue($0) }, "location": place(declaration.span),
        ])
    }

    func rule(_ rule: Rule) -> RegoValue {
        var next: RegoValue?
        for branch in rule.elseBranches.reversed() {
            next = Self.object([
                "body": body(branch.body), "else": next,
                "head": head(rule.head, value: branch.value), "location": place(branch.span),
            ])
        }
        return Self.object([
            "body": body(rule.body), "default": rule.isDefault ? true : nil, "else": next,
            "head": head(rule.head, value: rule.head.value), "location": place(rule.span),
        ])
    }

    private func head(_ head: RuleHead, value: Term) -> RegoValue {
        let name: RegoValue? =
            if case .variable(let name) = head.terms[0].value, head.terms.count == 1 { RegoValue(name) } else { nil }
        return Self.object([
            "name": name, "args": head.arguments.map(list), "key": head.key.map(term),
            "value": head.key == nil ? term(value) : nil, "assign": head.isAssigned ? true : nil,
            "ref": list(head.terms), "location": place(head.span),
        ])
    }

    private func list(_ terms: [Term]) -> RegoValue { .array(RegoArray(terms.map(term))) }

    func body(_ body: [Expr]) -> RegoValue {
        .array(RegoArray(body.enumerated().map { expression($0.element, index: $0.offset) }))
    }

    func expression(_ expression: Expr, index: Int) -> RegoValue {
        let terms: RegoValue
        switch expression.kind {
        case .term(let term):
            if case .call(let target, let arguments) = term.value {
                terms = .array(RegoArray([callee(target)] + arguments.map(self.term)))
            } else {
                terms = self.term(term)
            }
        case .some(let names):
            terms = Self.object(["symbols": list(names), "location": place(expression.span)])
        case .someIn(let key, let value, let domain):
            let name = key == nil ? "internal.member_2" : "internal.member_3"
            let call = Term(.call(.operator(name), (key.map { [$0] } ?? []) + [value, domain]), expression.span)
            terms = Self.object(["symbols": list([call]), "location": place(expression.span)])
        case .every(let key, let value, let domain, let body):
            terms = Self.object([
                "key": key.map(term), "value": term(value), "domain": term(domain), "body": self.body(body),
                "location": place(expression.span),
            ])
        }
        let with = expression.with.map {
            Self.object(["target": term($0.target), "value": term($0.value), "location": place($0.span)])
        }
        return Self.object([
            "index": RegoValue(index), "negated": expression.isNegated ? true : nil, "terms": terms,
            "with": with.isEmpty ? nil : .array(RegoArray(with)), "location": place(expression.span),
        ])
    }

    private func callee(_ target: CallTarget) -> RegoValue {
        switch target {
        case .named(let name):
            if case .variable = name.value { return term(Term(.ref(Reference(terms: [name])), name.span)) }
            return term(name)
        case .operator(let name):
            let parts = name.split(separator: ".").map(String.init)
            let terms = parts.enumerated().map { Term($0.offset == 0 ? .variable($0.element) : .string($0.element)) }
            return term(Term(.ref(Reference(terms: terms))))
        }
    }

    func term(_ term: Term) -> RegoValue {
        let place = place(term.span)
        func node(_ type: String, _ value: RegoValue) -> RegoValue {
            Self.object(["type": .string(RegoString(type)), "value": value, "location": place])
        }
        switch term.value {
        case .null: return node("null", .null)
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
            return node("arraycomprehension", Self.object(["term": self.term(value), "body": self.body(body)]))
        case .setComprehension(let value, let body):
            return node("setcomprehension", Self.object(["term": self.term(value), "body": self.body(body)]))
        case .objectComprehension(let key, let value, let body):
            return node(
                "objectcomprehension",
                Self.object(["key": self.term(key), "value": self.term(value), "body": self.body(body)]))
        case .call(let target, let arguments):
            return node("call", .array(RegoArray([callee(target)] + arguments.map(self.term))))
        case .template(let parts, let isRaw):
            let pieces = parts.map { part in
                switch part {
                case .text(let text): Self.object(["type": "string", "value": RegoValue(text)])
                case .expression(let inner): expression(inner, index: 0)
                }
            }
            return node(
                "templatestring",
                Self.object(["parts": .array(RegoArray(pieces)), "multi_line": .bool(isRaw)]))
        }
    }
}
