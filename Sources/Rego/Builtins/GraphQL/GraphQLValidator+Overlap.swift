/// Fields that answer under one name must be one field, and their selections must merge in turn.
extension GraphQLValidator {
    /// A selection within a selection is compared to so many levels; cycles are errors of their own.
    private static let overlapDepthLimit = 64

    /// A field with the type it is selected on.
    private struct Selected {
        let field: RegoValue
        let parent: String
        let type: RegoValue?
        /// The type that its own selections are made on.
        let next: String?
    }

    /// The fields of a selection set by the names they answer under, in order, and the fragments it spreads.
    private struct Fields {
        var names: [String] = []
        var byName: [String: [Selected]] = [:]
        var spreads: [String] = []
    }

    private struct Conflict {
        let name: String
        let reason: String
        let place: RegoValue
    }

    mutating func checkOverlap(_ selections: RegoArray, of type: String?) throws(BuiltinError) {
        guard !selections.isEmpty else { return }
        let fields = collect(selections, of: type)
        var conflicts: [Conflict] = []
        for name in fields.names {
            let group = fields.byName[name] ?? []
            for (index, first) in group.enumerated() {
                for second in group[(index + 1)...] {
                    if let found = try conflict(first, second, areExclusive: false, 0) { conflicts.append(found) }
                }
            }
        }
        comparedFragments = []
        for (index, spread) in fields.spreads.enumerated() {
            try compare(fields, withFragment: spread, areExclusive: false, 0, &conflicts)
            for other in fields.spreads[(index + 1)...] {
                try compareFragments(spread, other, areExclusive: false, 0, &conflicts)
            }
        }
        for conflict in conflicts {
            report(
                conflict.place,
                "Fields \"\(conflict.name)\" conflict because \(conflict.reason). Use different aliases on the fields "
                    + "to fetch both if this was intentional.")
        }
    }

    private func collect(_ selections: RegoArray, of type: String?) -> Fields {
        var fields = Fields()
        collect(selections, of: type, &fields)
        return fields
    }

    private func collect(_ selections: RegoArray, of type: String?, _ fields: inout Fields) {
        for selection in selections {
            switch selection.selectionKind {
            case .field:
                guard let type else { continue }
                let definition = schema.field(selection.text("Name"), of: type)
                let alias = selection.text("Alias")
                let name = alias.isEmpty ? selection.text("Name") : alias
                if fields.byName[name] == nil { fields.names.append(name) }
                fields.byName[name, default: []].append(
                    Selected(
                        field: selection, parent: type, type: definition?["Type"],
                        next: known((definition?["Type"] ?? .null).typeReference.named)))
            case .inline:
                let condition = selection.text("TypeCondition")
                collect(selection.nodes("SelectionSet"), of: condition.isEmpty ? type : known(condition), &fields)
            case .spread: fields.spreads.append(selection.text("Name"))
            }
        }
    }

    private func collect(fragment name: String) -> Fields? {
        guard let fragment = fragments[name] else { return nil }
        return collect(fragment.nodes("SelectionSet"), of: known(fragment.text("TypeCondition")))
    }

    private mutating func compare(
        _ fields: Fields, withFragment name: String, areExclusive: Bool, _ depth: Int, _ conflicts: inout [Conflict]
    ) throws(BuiltinError) {
        guard comparedFragments.insert(name).inserted, let other = collect(fragment: name) else { return }
        try compare(fields, other, areExclusive: areExclusive, depth, &conflicts)
        for spread in other.spreads where spread != name {
            try compare(fields, withFragment: spread, areExclusive: areExclusive, depth, &conflicts)
        }
    }

    private mutating func compareFragments(
        _ first: String, _ second: String, areExclusive: Bool, _ depth: Int, _ conflicts: inout [Conflict]
    ) throws(BuiltinError) {
        if first == second { return }
        // What was compared as not exclusive needs no further look.
        if let known = comparedPairs[first]?[second], areExclusive || !known { return }
        comparedPairs[first, default: [:]][second] = areExclusive
        comparedPairs[second, default: [:]][first] = areExclusive
        guard let left = collect(fragment: first), let right = collect(fragment: second) else { return }
        try compare(left, right, areExclusive: areExclusive, depth, &conflicts)
        for spread in right.spreads {
            try compareFragments(first, spread, areExclusive: areExclusive, depth, &conflicts)
        }
        for spread in left.spreads {
            try compareFragments(spread, second, areExclusive: areExclusive, depth, &conflicts)
        }
    }

    private mutating func compare(
        _ left: Fields, _ right: Fields, areExclusive: Bool, _ depth: Int, _ conflicts: inout [Conflict]
    ) throws(BuiltinError) {
        for name in left.names {
            for first in left.byName[name] ?? [] {
                for second in right.byName[name] ?? [] {
                    if let found = try conflict(first, second, areExclusive: areExclusive, depth) {
                        conflicts.append(found)
                    }
                }
            }
        }
    }

    private mutating func conflict(
        _ first: Selected, _ second: Selected, areExclusive: Bool, _ depth: Int
    ) throws(BuiltinError) -> Conflict? {
        try context.spend()
        // A field of a fragment that was reached twice is no conflict with itself.
        if first.field == second.field, first.parent == second.parent { return nil }
        let alias = first.field.text("Alias")
        let name = alias.isEmpty ? first.field.text("Name") : alias
        func found(_ reason: String) -> Conflict { Conflict(name: name, reason: reason, place: second.field) }
        let areExclusive =
            areExclusive
            || (first.parent != second.parent && schema.kind(of: first.parent) == "OBJECT"
                && schema.kind(of: second.parent) == "OBJECT" && first.type != nil && second.type != nil)
        if !areExclusive {
            let names = (first.field.text("Name"), second.field.text("Name"))
            if names.0 != names.1 { return found("\"\(names.0)\" and \"\(names.1)\" are different fields") }
            if !haveSameArguments(first.field, second.field) { return found("they have differing arguments") }
        }
        if let type = first.type, let other = second.type, doConflict(type, other) {
            let types = (type.typeReference.shown, other.typeReference.shown)
            return found("they return conflicting types \"\(types.0)\" and \"\(types.1)\"")
        }
        guard depth < GraphQLValidator.overlapDepthLimit else { return nil }
        let inner = try conflictsWithin(first, second, areExclusive: areExclusive, depth + 1)
        if inner.isEmpty { return nil }
        return found(inner.map { "subfields \"\($0.name)\" conflict because \($0.reason)" }.joined(separator: " and "))
    }

    private mutating func conflictsWithin(
        _ first: Selected, _ second: Selected, areExclusive: Bool, _ depth: Int
    ) throws(BuiltinError) -> [Conflict] {
        let left = collect(first.field.nodes("SelectionSet"), of: first.next)
        let right = collect(second.field.nodes("SelectionSet"), of: second.next)
        var conflicts: [Conflict] = []
        try compare(left, right, areExclusive: areExclusive, depth, &conflicts)
        for spread in right.spreads {
            comparedFragments = []
            try compare(left, withFragment: spread, areExclusive: areExclusive, depth, &conflicts)
        }
        for spread in left.spreads {
            comparedFragments = []
            try compare(right, withFragment: spread, areExclusive: areExclusive, depth, &conflicts)
        }
        for spread in left.spreads {
            for other in right.spreads {
                try compareFragments(spread, other, areExclusive: areExclusive, depth, &conflicts)
            }
        }
        return conflicts
    }

    private func haveSameArguments(_ first: RegoValue, _ second: RegoValue) -> Bool {
        let left = first.nodes("Arguments"), right = second.nodes("Arguments")
        return left.count == right.count
            && left.allSatisfy { argument in
                right.contains {
                    $0.text("Name") == argument.text("Name")
                        && isSame($0["Value"] ?? .null, argument["Value"] ?? .null)
                }
            }
    }

    private func isSame(_ first: RegoValue, _ second: RegoValue) -> Bool {
        guard first.number("Kind") == second.number("Kind"), first.text("Raw") == second.text("Raw") else {
            return false
        }
        var left = Array(first.nodes("Children")), right = Array(second.nodes("Children"))
        if first.number("Kind") == GraphQLValueKind.object {
            left.sort { $0.text("Name") < $1.text("Name") }
            right.sort { $0.text("Name") < $1.text("Name") }
        }
        return left.count == right.count
            && zip(left, right).allSatisfy {
                $0.text("Name") == $1.text("Name") && isSame($0["Value"] ?? .null, $1["Value"] ?? .null)
            }
    }

    private func doConflict(_ first: RegoValue, _ second: RegoValue) -> Bool {
        let inner = first["Elem"] ?? .null, other = second["Elem"] ?? .null
        if inner != .null || other != .null {
            return inner == .null || other == .null || doConflict(inner, other)
        }
        if first.flag("NonNull") != second.flag("NonNull") { return true }
        let names = (first.text("NamedType"), second.text("NamedType"))
        let leaves = ["SCALAR", "ENUM"]
        return leaves.contains(schema.kind(of: names.0)) && leaves.contains(schema.kind(of: names.1))
            && names.0 != names.1
    }
}
