/// Checks a query against a schema by the rules of the GraphQL specification.
struct GraphQLValidator {
    private static let depthLimit = 200

    let schema: GraphQLSchema
    let document: RegoValue
    let context: BuiltinContext
    let fragments: [String: RegoValue]
    var errors: [GraphQLError] = []
    /// The variables of the operation that is walked, by name, and those that were used in it.
    var variables: [String: RegoValue]?
    var usedVariables: Set<String> = []
    var operationName = ""
    private var depth = 0

    /// Throws what is wrong with the query, in OPA's words.
    static func check(
        _ document: RegoValue, _ schema: GraphQLSchema, _ context: BuiltinContext
    ) throws(BuiltinError) {
        var validator = GraphQLValidator(document, schema, context)
        try validator.walk()
        guard let first = validator.errors.first else { return }
        var message = first.message
        for error in validator.errors.dropFirst() {
            message += "\ninput:\(error.line):\(error.column): \(error.message)"
        }
        if message.hasSuffix(".") { message.removeLast() }
        throw GraphQLError(message: message, line: first.line, column: first.column).builtin
    }

    private init(_ document: RegoValue, _ schema: GraphQLSchema, _ context: BuiltinContext) {
        self.document = document
        self.schema = schema
        self.context = context
        var fragments: [String: RegoValue] = [:]
        for fragment in document.nodes("Fragments") where fragments[fragment.text("Name")] == nil {
            fragments[fragment.text("Name")] = fragment
        }
        self.fragments = fragments
    }

    mutating func report(_ node: RegoValue, _ message: String) { errors.append(node.error(message)) }

    private mutating func walk() throws(BuiltinError) {
        let operations = document.nodes("Operations")
        var names: Set<String> = []
        for operation in operations {
            let name = operation.text("Name")
            if name.isEmpty, operations.count > 1 {
                report(operation, "This anonymous operation must be the only defined operation.")
            }
            if !name.isEmpty, !names.insert(name).inserted {
                report(operation, "There can be only one operation named \"\(name)\".")
            }
            try walk(operation: operation)
        }
        variables = nil
        var fragmentNames: Set<String> = []
        for fragment in document.nodes("Fragments") {
            let name = fragment.text("Name")
            if !fragmentNames.insert(name).inserted {
                report(fragment, "There can be only one fragment named \"\(name)\".")
            }
            try walk(fragment: fragment)
        }
        try checkFragmentUse()
    }

    private mutating func walk(operation: RegoValue) throws(BuiltinError) {
        let kind = operation.text("Operation")
        let name = operation.text("Name")
        let type = schema.roots[kind] ?? ""
        var known: [String: RegoValue] = [:]
        for variable in operation.nodes("VariableDefinitions") {
            let variableName = variable.text("Variable")
            if known.updateValue(variable, forKey: variableName) != nil {
                report(variable, "There can be only one variable named \"$\(variableName)\".")
            }
            try check(variable: variable)
        }
        variables = known
        usedVariables = []
        operationName = name
        if kind == "subscription", operation.nodes("SelectionSet").count > 1 {
            let shown = name.isEmpty ? "Anonymous Subscription" : "Subscription \"\(name)\""
            report(operation, "\(shown) must select only one top level field.")
        }
        try check(directives: operation, at: kind.uppercased())
        let selections = operation.nodes("SelectionSet")
        var seen: Set<String> = []
        try walk(selections, of: type, &seen)
        try checkOverlap(selections, of: type)
        for variable in operation.nodes("VariableDefinitions")
        where !usedVariables.contains(variable.text("Variable")) {
            let shown = name.isEmpty ? "" : " in operation \"\(name)\""
            report(variable, "Variable \"$\(variable.text("Variable"))\" is never used\(shown).")
        }
    }

    private mutating func check(variable: RegoValue) throws(BuiltinError) {
        let reference = (variable["Type"] ?? .null).typeReference
        if schema.types[reference.named] == nil {
            report(variable["Type"] ?? variable, "Unknown type \"\(reference.named)\".")
        } else if !schema.isInput(reference.named) {
            let name = variable.text("Variable")
            report(variable, "Variable \"$\(name)\" cannot be non-input type \"\(reference.shown)\".")
        }
        if let value = variable["DefaultValue"], value != .null {
            try check(value: value, against: variable["Type"] ?? .null, hasDefault: false)
        }
        try check(directives: variable, at: "VARIABLE_DEFINITION")
    }

    private mutating func walk(fragment: RegoValue) throws(BuiltinError) {
        let condition = fragment.text("TypeCondition")
        let name = fragment.text("Name")
        if schema.types[condition] == nil {
            report(fragment, "Unknown type \"\(condition)\".")
        } else if !schema.isComposite(condition) {
            report(fragment, "Fragment \"\(name)\" cannot condition on non composite type \"\(condition)\".")
        }
        try check(directives: fragment, at: "FRAGMENT_DEFINITION")
        var seen: Set<String> = [name]
        try walk(fragment.nodes("SelectionSet"), of: condition, &seen)
    }

    private mutating func walk(
        _ selections: RegoArray, of type: String, _ seen: inout Set<String>
    ) throws(BuiltinError) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= GraphQLValidator.depthLimit else { throw BuiltinError("query is nested too deeply") }
        for selection in selections {
            try context.spend()
            if selection["Alias"] != nil {
                try walk(field: selection, of: type, &seen)
            } else if selection["TypeCondition"] != nil || selection["SelectionSet"] != nil {
                try walk(inline: selection, of: type, &seen)
            } else {
                try walk(spread: selection, of: type, &seen)
            }
        }
    }

    private mutating func walk(
        field: RegoValue, of type: String, _ seen: inout Set<String>
    ) throws(BuiltinError) {
        let name = field.text("Name")
        let definition = schema.field(name, of: type)
        let selections = field.nodes("SelectionSet")
        if definition == nil, schema.types[type] != nil {
            report(field, "Cannot query field \"\(name)\" on type \"\(type)\".")
        }
        let arguments = field.nodes("Arguments")
        try check(arguments: arguments, of: field, definition) { argument in
            "Unknown argument \"\(argument)\" on field \"\(type).\(name)\"."
        }
        for wanted in definition?.nodes("Arguments") ?? [] where isRequired(wanted) {
            let argument = wanted.text("Name")
            guard !arguments.contains(where: { $0.text("Name") == argument }) else { continue }
            let shown = (wanted["Type"] ?? .null).typeReference.shown
            report(
                field,
                "Field \"\(name)\" argument \"\(argument)\" of type \"\(shown)\" is required, but it was not provided.")
        }
        try check(directives: field, at: "FIELD")
        let reference = (definition?["Type"] ?? .null).typeReference
        if definition != nil {
            let isComposite = schema.isComposite(reference.named)
            if !isComposite, !selections.isEmpty {
                report(
                    field,
                    "Field \"\(name)\" must not have a selection since type \"\(reference.shown)\" has no subfields.")
            } else if isComposite, selections.isEmpty {
                report(field, "Field \"\(name)\" of type \"\(reference.shown)\" must have a selection of subfields.")
            }
        }
        try walk(selections, of: reference.named, &seen)
    }

    private mutating func walk(
        inline: RegoValue, of type: String, _ seen: inout Set<String>
    ) throws(BuiltinError) {
        let condition = inline.text("TypeCondition")
        try check(directives: inline, at: "INLINE_FRAGMENT")
        guard !condition.isEmpty else {
            try walk(inline.nodes("SelectionSet"), of: type, &seen)
            return
        }
        if schema.types[condition] == nil {
            report(inline, "Unknown type \"\(condition)\".")
        } else if !schema.isComposite(condition) {
            report(inline, "Fragment cannot condition on non composite type \"\(condition)\".")
        } else if schema.isComposite(type), !schema.overlap(type, condition) {
            report(
                inline,
                "Fragment cannot be spread here as objects of type \"\(type)\" can never be of type \"\(condition)\".")
        }
        try walk(inline.nodes("SelectionSet"), of: condition, &seen)
    }

    private mutating func walk(
        spread: RegoValue, of type: String, _ seen: inout Set<String>
    ) throws(BuiltinError) {
        let name = spread.text("Name")
        try check(directives: spread, at: "FRAGMENT_SPREAD")
        guard let fragment = fragments[name] else {
            report(spread, "Unknown fragment \"\(name)\".")
            return
        }
        let condition = fragment.text("TypeCondition")
        if schema.isComposite(type), schema.isComposite(condition), !schema.overlap(type, condition) {
            report(
                spread,
                "Fragment \"\(name)\" cannot be spread here as objects of type \"\(type)\" can never be of type "
                    + "\"\(condition)\".")
        }
        // Within an operation a fragment's variables are the operation's; its own faults are reported once, later.
        guard variables != nil, seen.insert(name).inserted else { return }
        let known = errors
        try walk(fragment.nodes("SelectionSet"), of: condition, &seen)
        let ofVariables = errors[known.count...].filter { $0.message.hasPrefix("Variable ") }
        errors = known + ofVariables
    }

    func isRequired(_ argument: RegoValue) -> Bool {
        (argument["Type"] ?? .null).flag("NonNull") && argument["DefaultValue"] ?? .null == .null
    }

    private mutating func checkFragmentUse() throws(BuiltinError) {
        var reached: Set<String> = []
        var pending = document.nodes("Operations").flatMap { spreads(in: $0.nodes("SelectionSet")) }
        while let name = pending.popLast() {
            try context.spend()
            guard reached.insert(name).inserted, let fragment = fragments[name] else { continue }
            pending += spreads(in: fragment.nodes("SelectionSet"))
        }
        for fragment in document.nodes("Fragments") {
            let name = fragment.text("Name")
            if !reached.contains(name) { report(fragment, "Fragment \"\(name)\" is never used.") }
        }
        var finished: Set<String> = []
        for fragment in document.nodes("Fragments") {
            try findCycle(fragment.text("Name"), [], &finished)
        }
    }

    private mutating func findCycle(
        _ name: String, _ path: [String], _ finished: inout Set<String>
    ) throws(BuiltinError) {
        if finished.contains(name) { return }
        guard path.count < 1_000 else { throw BuiltinError("fragments are nested too deeply") }
        for next in spreads(in: fragments[name]?.nodes("SelectionSet") ?? []) {
            try context.spend()
            if next == name || path.contains(next) {
                let via = (path.drop { $0 != next }.dropFirst() + (next == name ? [] : [name])).map { "\"\($0)\"" }
                let shown = via.isEmpty ? "" : " via \(via.joined(separator: ", "))"
                report(fragments[next] ?? .null, "Cannot spread fragment \"\(next)\" within itself\(shown).")
            } else {
                try findCycle(next, path + [name], &finished)
            }
        }
        finished.insert(name)
    }

    /// The names of the fragments that selections spread, at any depth.
    private func spreads(in selections: RegoArray) -> [String] {
        selections.flatMap { selection -> [String] in
            if selection["Alias"] == nil, selection["TypeCondition"] == nil, selection["SelectionSet"] == nil {
                return [selection.text("Name")]
            }
            return spreads(in: selection.nodes("SelectionSet"))
        }
    }
}
