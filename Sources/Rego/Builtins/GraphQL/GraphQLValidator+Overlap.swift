extension GraphQLValidator {
    /// A field with the type it is selected on.
    private struct Selected {
        let field: RegoValue
        let parent: String
        let type: RegoValue
    }

    /// Two fields that answer under one name must be the same field and their selections must merge in turn.
    mutating func checkOverlap(_ selections: RegoArray, of type: String) throws(BuiltinError) {
        var fields: [Selected] = []
        var seen: Set<String> = []
        collect(selections, of: type, &fields, &seen)
        try checkOverlap(fields)
    }

    private func collect(
        _ selections: RegoArray, of type: String, _ fields: inout [Selected], _ seen: inout Set<String>
    ) {
        for selection in selections {
            if selection["Alias"] != nil {
                let definition = schema.field(selection.text("Name"), of: type)
                fields.append(Selected(field: selection, parent: type, type: definition?["Type"] ?? .null))
            } else if selection["TypeCondition"] != nil || selection["SelectionSet"] != nil {
                let condition = selection.text("TypeCondition")
                collect(selection.nodes("SelectionSet"), of: condition.isEmpty ? type : condition, &fields, &seen)
            } else if let fragment = fragments[selection.text("Name")], seen.insert(selection.text("Name")).inserted {
                collect(fragment.nodes("SelectionSet"), of: fragment.text("TypeCondition"), &fields, &seen)
            }
        }
    }

    private mutating func checkOverlap(_ fields: [Selected]) throws(BuiltinError) {
        var groups: [String: [Selected]] = [:]
        for field in fields { groups[field.field.text("Alias"), default: []].append(field) }
        for name in groups.keys.sorted() {
            guard let group = groups[name] else { continue }
            for (index, second) in group.enumerated() {
                for first in group[..<index] {
                    try context.spend()
                    if let reason = conflict(first, second) {
                        report(
                            second.field,
                            "Fields \"\(name)\" conflict because \(reason). Use different aliases on the "
                                + "fields to fetch both if this was intentional.")
                        return
                    }
                }
            }
            var inner: [Selected] = []
            var seen: Set<String> = []
            for field in group {
                collect(field.field.nodes("SelectionSet"), of: field.type.typeReference.named, &inner, &seen)
            }
            if !inner.isEmpty { try checkOverlap(inner) }
        }
    }

    private func conflict(_ first: Selected, _ second: Selected) -> String? {
        let areExclusive =
            first.parent != second.parent && schema.kind(of: first.parent) == "OBJECT"
            && schema.kind(of: second.parent) == "OBJECT"
        if !areExclusive {
            let names = (first.field.text("Name"), second.field.text("Name"))
            if names.0 != names.1 { return "\"\(names.0)\" and \"\(names.1)\" are different fields" }
            if arguments(of: first.field) != arguments(of: second.field) { return "they have differing arguments" }
        }
        if first.type != .null, second.type != .null, !canMerge(first.type, second.type) {
            let types = (first.type.typeReference.shown, second.type.typeReference.shown)
            return "they return conflicting types \"\(types.0)\" and \"\(types.1)\""
        }
        return nil
    }

    private func arguments(of field: RegoValue) -> [String: String] {
        var made: [String: String] = [:]
        for argument in field.nodes("Arguments") {
            made[argument.text("Name")] = shown(argument["Value"] ?? .null)
        }
        return made
    }

    private func canMerge(_ left: RegoValue, _ right: RegoValue) -> Bool {
        if left.flag("NonNull") != right.flag("NonNull") { return false }
        let (inner, other) = (left["Elem"] ?? .null, right["Elem"] ?? .null)
        if inner != .null || other != .null {
            return inner != .null && other != .null && canMerge(inner, other)
        }
        let (named, otherNamed) = (left.text("NamedType"), right.text("NamedType"))
        if schema.isComposite(named), schema.isComposite(otherNamed) { return true }
        return named == otherNamed
    }
}
