extension GraphQLValidator {
    mutating func check(
        field: RegoValue, of type: String?, _ definition: RegoValue?, _ next: String?
    ) throws(BuiltinError) {
        let name = field.text("Name")
        if let type, definition == nil {
            report(field, "Cannot query field \"\(name)\" on type \"\(type)\"." + alternatives(to: name, of: type))
        }
        let arguments = field.nodes("Arguments")
        if let type, let definition {
            checkKnown(arguments, definition, field) { argument in
                "Unknown argument \"\(argument)\" on field \"\(type).\(name)\"."
            }
        }
        if name == "__schema" || name == "__type" { try checkIntrospection(field) }
        if operation != nil { try checkOverlap(field.nodes("SelectionSet"), of: next) }
        checkProvided(arguments, definition, field) { argument, shown in
            "Field \"\(name)\" argument \"\(argument)\" of type \"\(shown)\" is required, but it was not provided."
        }
        if let definition, let next {
            let isLeaf = ["SCALAR", "ENUM"].contains(schema.kind(of: next))
            let hasSelection = !field.nodes("SelectionSet").isEmpty
            if isLeaf, hasSelection {
                report(field, "Field \"\(name)\" must not have a selection since type \"\(next)\" has no subfields.")
            } else if !isLeaf, !hasSelection {
                let shown = (definition["Type"] ?? .null).typeReference.shown
                report(
                    field,
                    "Field \"\(name)\" of type \"\(shown)\" must have a selection of subfields. "
                        + "Did you mean \"\(name) { ... }\"?")
            }
        }
        checkUnique(arguments)
    }

    /// Types that have a field the selected one lacks, or fields of like names.
    private func alternatives(to name: String, of type: String) -> String {
        let kind = schema.kind(of: type)
        if kind == "INTERFACE" || kind == "UNION" {
            let types = schema.possibleTypes[type] ?? []
            let objects = types.filter { schema.types[$0]?.named(name, in: "Fields") != nil }
            var interfaces: [String] = []
            var counts: [String: Int] = [:]
            for interface in objects.flatMap({ schema.types[$0]?.texts("Interfaces") ?? [] })
            where schema.types[interface]?.named(name, in: "Fields") != nil {
                if counts[interface] == nil { interfaces.append(interface) }
                counts[interface, default: 0] += 1
            }
            let sorted = interfaces.enumerated().sorted { left, right in
                (counts[right.element] ?? 0, left.offset) < (counts[left.element] ?? 0, right.offset)
            }
            let found = (sorted.map(\.element) + objects).map { "\"\($0)\"" }
            if !found.isEmpty {
                return " Did you mean to use an inline fragment on \(GraphQLSuggestions.list(found))?"
            }
        }
        guard kind == "OBJECT" || kind == "INTERFACE" else { return "" }
        let fields = schema.types[type]?.nodes("Fields").map { $0.text("Name") } ?? []
        return GraphQLSuggestions.hint("Did you mean", name, in: fields)
    }

    mutating func check(directive: RegoValue, _ definition: RegoValue?, at location: String) {
        let name = directive.text("Name")
        let arguments = directive.nodes("Arguments")
        if let definition {
            checkKnown(arguments, definition, directive) { argument in
                "Unknown argument \"\(argument)\" on directive \"@\(name)\"."
            }
            if !definition.texts("Locations").contains(location) {
                report(directive, "Directive \"@\(name)\" may not be used on \(location).")
            }
        } else {
            report(directive, "Unknown directive \"@\(name)\".")
        }
        checkProvided(arguments, definition, directive) { argument, shown in
            "Directive \"@\(name)\" argument \"\(argument)\" of type \"\(shown)\" is required, but it was not provided."
        }
        checkUnique(arguments)
    }

    private mutating func checkKnown(
        _ arguments: RegoArray, _ definition: RegoValue, _ node: RegoValue, _ message: (String) -> String
    ) {
        let known = definition.nodes("Arguments").map { $0.text("Name") }
        for argument in arguments {
            let name = argument.text("Name")
            guard !known.contains(name) else { continue }
            report(node, message(name) + GraphQLSuggestions.hint("Did you mean", name, in: known))
        }
    }

    private mutating func checkProvided(
        _ arguments: RegoArray, _ definition: RegoValue?, _ node: RegoValue, _ message: (String, String) -> String
    ) {
        for wanted in definition?.nodes("Arguments") ?? [] where isRequired(wanted) {
            let name = wanted.text("Name")
            guard !arguments.contains(where: { $0.text("Name") == name }) else { continue }
            report(node, message(name, (wanted["Type"] ?? .null).typeReference.shown))
        }
    }

    private mutating func checkUnique(_ arguments: RegoArray) {
        var counts: [String: Int] = [:]
        for argument in arguments {
            let name = argument.text("Name")
            counts[name, default: 0] += 1
            if counts[name] == 2 { report(argument, "There can be only one argument named \"\(name)\".") }
        }
    }

    func isRequired(_ argument: RegoValue) -> Bool {
        (argument["Type"] ?? .null).flag("NonNull") && argument["DefaultValue"] ?? .null == .null
    }

    mutating func check(inline: RegoValue, of type: String?) throws(BuiltinError) {
        let condition = inline.text("TypeCondition")
        if !condition.isEmpty, known(condition) != nil, !schema.isComposite(condition) {
            report(inline, "Fragment cannot condition on non composite type \"\(condition)\".")
        }
        if !condition.isEmpty, known(condition) == nil { report(inline, "Unknown type \"\(condition)\".") }
        try checkOverlap(inline.nodes("SelectionSet"), of: condition.isEmpty ? type : known(condition))
        if let type, canNever(type, be: condition) {
            report(
                inline,
                "Fragment cannot be spread here as objects of type \"\(type)\" can never be of type \"\(condition)\".")
        }
    }

    mutating func check(spread: RegoValue, of type: String?) {
        let name = spread.text("Name")
        if operation != nil { spreadInOperations.insert(name) }
        guard let fragment = fragments[name] else {
            report(spread, "Unknown fragment \"\(name)\".")
            return
        }
        let condition = fragment.text("TypeCondition")
        if let type, canNever(type, be: condition) {
            report(
                spread,
                "Fragment \"\(name)\" cannot be spread here as objects of type \"\(type)\" can never be of type "
                    + "\"\(condition)\".")
        }
    }

    private func canNever(_ type: String, be condition: String) -> Bool {
        schema.isComposite(type) && schema.isComposite(condition) && !schema.overlap(type, condition)
    }

    /// Lists of types within lists of types cost a server much: only so many are allowed.
    private mutating func checkIntrospection(_ field: RegoValue) throws(BuiltinError) {
        var seen: [String: Set<Int>] = [:]
        if try isTooDeep(field, 0, &seen) { report(field, "Maximum introspection depth exceeded") }
    }

    private func isTooDeep(
        _ field: RegoValue, _ depth: Int, _ seen: inout [String: Set<Int>]
    ) throws(BuiltinError) -> Bool {
        let lists = ["fields", "interfaces", "possibleTypes", "inputFields"]
        let inner = depth + (lists.contains(field.text("Name")) ? 1 : 0)
        if inner >= 3 { return true }
        var pending = Array(field.nodes("SelectionSet"))
        while let selection = pending.popLast() {
            try context.spend()
            switch selection.selectionKind {
            case .field: if try isTooDeep(selection, inner, &seen) { return true }
            case .inline: pending += selection.nodes("SelectionSet")
            case .spread:
                let name = selection.text("Name")
                if let fragment = fragments[name], seen[name, default: []].insert(inner).inserted {
                    pending += fragment.nodes("SelectionSet")
                }
            }
        }
        return false
    }
}
