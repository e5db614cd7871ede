import Yams

extension Parser {
    /// Reads the METADATA blocks among the comments and ties each to the statement behind it.
    func attachAnnotations(to module: inout RegoModule, statements: [AnnotatedNode]) throws(RegoError) {
        var index = 0
        let comments = module.comments
        while index < comments.count {
            guard isMetadata(comments[index]) else {
                index += 1
                continue
            }
            var lines: [Comment] = []
            var next = index + 1
            while next < comments.count, comments[next].span.row == comments[next - 1].span.row + 1,
                comments[next].span.column == comments[index].span.column, !isMetadata(comments[next])
            {
                lines.append(comments[next])
                next += 1
            }
            let last = comments[next - 1].span
            guard let node = statements.first(where: { $0.span.start > last.start }) else {
                throw failure("annotation must be declared before a rule or a package", at: comments[index].span)
            }
            try attach(lines, from: comments[index].span.through(last), node: node, to: &module)
            index = next
        }
    }

    private func isMetadata(_ comment: Comment) -> Bool {
        let text = comment.text.utf8.drop { $0 == 0x20 || $0 == 0x09 }
        guard text.starts(with: "METADATA".utf8) else { return false }
        return text.dropFirst(8).allSatisfy { $0 == 0x20 || $0 == 0x09 }
    }

    private func attach(
        _ lines: [Comment], from span: Span, node: AnnotatedNode, to module: inout RegoModule
    ) throws(RegoError) {
        let text = lines.map { $0.text.hasPrefix(" ") ? String($0.text.dropFirst()) : $0.text }.joined(separator: "\n")
        let fields: RegoObject
        do {
            guard let parsed = try Yams.compose(yaml: text), case .object(let object) = Self.value(of: parsed, depth: 0)
            else {
                throw failure("expected METADATA block, found whitespace", at: span)
            }
            fields = object
        } catch let error as RegoError {
            throw error
        } catch {
            throw failure("yaml: \(error)", at: span)
        }
        var annotation = Annotation(scope: "", value: RegoObject(), span: span, rule: nil)
        let defaultScope: String
        switch node {
        case .package: defaultScope = "package"
        case .import: throw failure("annotation must be declared before a rule or a package", at: span)
        case .rule(_, let rule):
            annotation.rule = rule
            defaultScope = fields["entrypoint"]?.bool == true ? "document" : "rule"
        }
        annotation.scope = fields["scope"]?.string ?? defaultScope
        guard ["rule", "document", "package", "subpackages"].contains(annotation.scope) else {
            throw failure("invalid scope '\(annotation.scope)'", at: span)
        }
        let isForPackage = annotation.scope == "package" || annotation.scope == "subpackages"
        guard isForPackage == (annotation.rule == nil) else {
            let wanted = isForPackage ? "package" : "rule"
            throw failure("annotation scope '\(annotation.scope)' must be applied to \(wanted)", at: span)
        }
        annotation.value = Self.normalized(fields, scope: annotation.scope)
        if let rule = annotation.rule { module.rules[rule].annotations.append(module.annotations.count) }
        module.annotations.append(annotation)
    }

    private static func normalized(_ fields: RegoObject, scope: String) -> RegoObject {
        var object = RegoObject()
        object.insert("scope", .string(RegoString(scope)))
        for name in ["title", "description", "custom", "schemas", "compile"] {
            if let value = fields[name] { object.insert(.string(RegoString(name)), value) }
        }
        if fields["entrypoint"]?.bool == true { object.insert("entrypoint", true) }
        if case .array(let list)? = fields["organizations"] { object.insert("organizations", .array(list)) }
        if case .array(let list)? = fields["authors"] {
            object.insert("authors", .array(RegoArray(list.map(author))))
        }
        if case .array(let list)? = fields["related_resources"] {
            object.insert(
                "related_resources",
                .array(
                    RegoArray(
                        list.map { item in
                            item.string.map { .object(RegoObject([(key: "ref", value: .string(RegoString($0)))])) }
                                ?? item
                        })))
        }
        return object
    }

    /// `Name Surname <address>` as an object.
    private static func author(_ value: RegoValue) -> RegoValue {
        guard let text = value.string else { return value }
        var object = RegoObject()
        var name = text
        if text.hasSuffix(">"), let open = text.lastIndex(of: "<") {
            let address = text[text.index(after: open)...].dropLast()
            name = String(text[..<open])
            if !address.isEmpty { object.insert("email", .string(RegoString(String(address)))) }
        }
        while name.hasSuffix(" ") { name.removeLast() }
        if !name.isEmpty { object.insert("name", .string(RegoString(name))) }
        return .object(object)
    }

    private static func value(of node: Yams.Node, depth: Int) -> RegoValue {
        guard depth < 200 else { return .null }
        switch node {
        case .scalar(let scalar):
            if scalar.style == .plain {
                if let bool = node.bool, ["true", "false", "True", "False"].contains(scalar.string) {
                    return .bool(bool)
                }
                if node.null != nil { return .null }
                if let number = RegoNumber(text: scalar.string) { return .number(number) }
            }
            return .string(RegoString(scalar.string))
        case .sequence(let sequence):
            return .array(RegoArray(sequence.map { value(of: $0, depth: depth + 1) }))
        case .mapping(let mapping):
            var object = RegoObject()
            for (key, item) in mapping {
                object.insert(.string(RegoString(key.string ?? "")), value(of: item, depth: depth + 1))
            }
            return .object(object)
        default:
            return .null
        }
    }
}
