extension GraphQLValidator {
    mutating func check(operation node: RegoValue, root: String?) throws(BuiltinError) {
        let name = node.text("Name")
        let kind = node.text("Operation")
        if root == nil { report(node, "Schema does not support operation type \"\(kind)\"") }
        if name.isEmpty, document.nodes("Operations").count > 1 {
            report(node, "This anonymous operation must be the only defined operation.")
        }
        let definitions = node.nodes("VariableDefinitions")
        let place = name.isEmpty ? "" : " in operation \"\(name)\""
        for variable in definitions where !(operation?.used.contains(variable.text("Variable")) ?? false) {
            report(variable, "Variable \"$\(variable.text("Variable"))\" is never used\(place).")
        }
        try checkOverlap(node.nodes("SelectionSet"), of: root)
        if kind == "subscription", root != nil { try checkSubscription(node, name) }
        if !operationNames.insert(name).inserted { report(node, "There can be only one operation named \"\(name)\".") }
        var counts: [String: Int] = [:]
        for definition in definitions {
            let variable = definition.text("Variable")
            counts[variable, default: 0] += 1
            if counts[variable] == 2 { report(definition, "There can be only one variable named \"$\(variable)\".") }
        }
        for definition in definitions {
            let reference = (definition["Type"] ?? .null).typeReference
            if known(reference.named) != nil, !schema.isInput(reference.named) {
                let variable = definition.text("Variable")
                report(definition, "Variable \"$\(variable)\" cannot be non-input type \"\(reference.shown)\".")
            }
        }
    }

    /// A subscription selects one field, which is none of the schema's own.
    private mutating func checkSubscription(_ node: RegoValue, _ name: String) throws(BuiltinError) {
        let shown = name.isEmpty ? "Anonymous Subscription" : "Subscription \"\(name)\""
        var fields: [RegoValue] = []
        var seen: Set<String> = []
        try collectFields(node.nodes("SelectionSet"), &fields, &seen)
        var names: Set<String> = []
        fields = fields.filter { names.insert($0.text("Name")).inserted }
        if fields.count > 1 { report(fields[1], "\(shown) must select only one top level field.") }
        for field in fields where field.text("Name").hasPrefix("__") {
            report(field, "\(shown) must not select an introspection top level field.")
        }
    }

    private func collectFields(
        _ selections: RegoArray, _ fields: inout [RegoValue], _ seen: inout Set<String>
    ) throws(BuiltinError) {
        for selection in selections {
            try context.spend()
            switch selection.selectionKind {
            case .field: fields.append(selection)
            case .inline: try collectFields(selection.nodes("SelectionSet"), &fields, &seen)
            case .spread:
                guard let fragment = fragments[selection.text("Name")] else { return }
                if seen.insert(selection.text("Name")).inserted {
                    try collectFields(fragment.nodes("SelectionSet"), &fields, &seen)
                }
            }
        }
    }

    mutating func check(fragment: RegoValue) throws(BuiltinError) {
        let name = fragment.text("Name")
        let condition = fragment.text("TypeCondition")
        if known(condition) != nil, !schema.isComposite(condition) {
            report(fragment, "Fragment \"\(name)\" cannot condition on non composite type \"\(condition)\".")
        }
        if known(condition) == nil {
            let hint = GraphQLSuggestions.hint("Did you mean", condition, in: schema.types.keys.sorted())
            report(fragment, "Unknown type \"\(condition)\".\(hint)")
        }
        var path: [String] = []
        var places: [String: Int] = [:]
        try findCycle(fragment, &path, &places)
        if !spreadInOperations.contains(name) { report(fragment, "Fragment \"\(name)\" is never used.") }
        try checkOverlap(fragment.nodes("SelectionSet"), of: known(condition))
        if !fragmentNames.insert(name).inserted {
            report(fragment, "There can be only one fragment named \"\(name)\".")
        }
    }

    /// Follows spreads along a path of names until one names a fragment whose place on the path is known.
    private mutating func findCycle(
        _ fragment: RegoValue, _ path: inout [String], _ places: inout [String: Int]
    ) throws(BuiltinError) {
        let name = fragment.text("Name")
        guard searchedForCycles.insert(name).inserted else { return }
        guard path.count < 1_000 else { throw BuiltinError("fragments are nested too deeply") }
        places[name] = path.count
        for spread in spreads(in: fragment.nodes("SelectionSet")) {
            try context.spend()
            let next = spread.text("Name")
            path.append(next)
            if let start = places[next] {
                let via = path[start..<(path.count - 1)].map { "\"\($0)\"" }
                let shown = via.isEmpty ? "" : " via \(via.joined(separator: ", "))"
                report(spread, "Cannot spread fragment \"\(next)\" within itself\(shown).")
            } else if let inner = fragments[next] {
                try findCycle(inner, &path, &places)
            }
            path.removeLast()
        }
        places[name] = nil
    }

    /// The spreads in selections: those of a level before those of the levels below, the last of these first.
    private func spreads(in selections: RegoArray) -> [RegoValue] {
        var found: [RegoValue] = []
        var pending = [selections]
        while let next = pending.popLast() {
            for selection in next {
                if case .spread = selection.selectionKind {
                    found.append(selection)
                } else {
                    pending.append(selection.nodes("SelectionSet"))
                }
            }
        }
        return found
    }
}
