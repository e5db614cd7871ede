/// Checks a query against a schema by the rules of the GraphQL specification.
///
/// What stands within a node is checked before the node itself, and a fragment wherever it is spread and once more on
/// its own: so gqlparser does it, whose errors are OPA's.
struct GraphQLValidator {
    private static let depthLimit = 200

    /// The operation that is walked.
    struct Operation {
        let name: String
        let variables: [String: RegoValue]
        var used: Set<String> = []
    }

    let schema: GraphQLSchema
    let document: RegoValue
    let context: BuiltinContext
    let fragments: [String: RegoValue]
    private var errors: [GraphQLError] = []
    /// Nil within the definition of a fragment.
    var operation: Operation?
    /// The fragments that operations spread, themselves or by others.
    var spreadInOperations: Set<String> = []
    /// The fragments that were walked within the operation or the fragment at hand.
    private var walked: Set<String> = []
    /// The fragments whose cycles were looked for.
    var searchedForCycles: Set<String> = []
    var operationNames: Set<String> = []
    var fragmentNames: Set<String> = []
    /// The pairs of fragments that were compared; true where only as exclusive ones.
    var comparedPairs: [String: [String: Bool]] = [:]
    var comparedFragments: Set<String> = []
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

    /// The name of a type that the schema has.
    func known(_ type: String) -> String? { schema.types[type] == nil ? nil : type }

    private mutating func walk() throws(BuiltinError) {
        for operation in document.nodes("Operations") {
            walked = []
            try walk(operation: operation)
        }
        for fragment in document.nodes("Fragments") {
            walked = []
            try walk(fragment: fragment)
        }
    }

    private mutating func walk(operation node: RegoValue) throws(BuiltinError) {
        let kind = node.text("Operation")
        let definitions = node.nodes("VariableDefinitions")
        var variables: [String: RegoValue] = [:]
        for definition in definitions where variables[definition.text("Variable")] == nil {
            variables[definition.text("Variable")] = definition
        }
        operation = Operation(name: node.text("Name"), variables: variables)
        for definition in definitions {
            let type = (definition["Type"] ?? .null).typeReference.named
            if known(type) == nil { report(definition, "Unknown type \"\(type)\".") }
        }
        for definition in definitions {
            if let value = definition["DefaultValue"], value != .null {
                try walk(value: value, type: definition["Type"] ?? .null, hasDefault: false)
            }
            try walk(directives: definition.nodes("Directives"), at: "VARIABLE_DEFINITION")
        }
        let root = schema.roots[kind.isEmpty ? "query" : kind]
        try walk(directives: node.nodes("Directives"), at: kind.isEmpty ? "QUERY" : kind.uppercased())
        try walk(node.nodes("SelectionSet"), of: root)
        try check(operation: node, root: root)
        operation = nil
    }

    private mutating func walk(fragment: RegoValue) throws(BuiltinError) {
        let type = known(fragment.text("TypeCondition"))
        try walk(directives: fragment.nodes("Directives"), at: "FRAGMENT_DEFINITION")
        try walk(fragment.nodes("SelectionSet"), of: type)
        try check(fragment: fragment)
    }

    private mutating func walk(_ selections: RegoArray, of type: String?) throws(BuiltinError) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= GraphQLValidator.depthLimit else { throw BuiltinError("query is nested too deeply") }
        for selection in selections {
            try context.spend()
            switch selection.selectionKind {
            case .field: try walk(field: selection, of: type)
            case .inline:
                let condition = selection.text("TypeCondition")
                try walk(directives: selection.nodes("Directives"), at: "INLINE_FRAGMENT")
                try walk(selection.nodes("SelectionSet"), of: condition.isEmpty ? type : known(condition))
                try check(inline: selection, of: type)
            case .spread:
                let name = selection.text("Name")
                try walk(directives: selection.nodes("Directives"), at: "FRAGMENT_SPREAD")
                if let fragment = fragments[name], walked.insert(name).inserted {
                    try walk(fragment.nodes("SelectionSet"), of: known(fragment.text("TypeCondition")))
                }
                check(spread: selection, of: type)
            }
        }
    }

    private mutating func walk(field: RegoValue, of type: String?) throws(BuiltinError) {
        let definition = schema.field(field.text("Name"), of: type)
        let next = known((definition?["Type"] ?? .null).typeReference.named)
        try walk(arguments: field.nodes("Arguments"), definition)
        try walk(directives: field.nodes("Directives"), at: "FIELD")
        try walk(field.nodes("SelectionSet"), of: next)
        try check(field: field, of: type, definition, next)
    }

    private mutating func walk(arguments: RegoArray, _ definition: RegoValue?) throws(BuiltinError) {
        for argument in arguments {
            let wanted = definition?.named(argument.text("Name"), in: "Arguments")
            try walk(
                value: argument["Value"] ?? .null, type: wanted?["Type"] ?? .null,
                hasDefault: wanted?.hasDefault ?? false)
        }
    }

    private mutating func walk(directives: RegoArray, at location: String) throws(BuiltinError) {
        for directive in directives {
            let definition = schema.directives[directive.text("Name")]
            try walk(arguments: directive.nodes("Arguments"), definition)
            check(directive: directive, definition, at: location)
        }
        var seen: Set<String> = []
        for directive in directives {
            let name = directive.text("Name")
            if !seen.insert(name).inserted, !(schema.directives[name]?.flag("IsRepeatable") ?? false) {
                report(directive, "The directive \"@\(name)\" can only be used once at this location.")
            }
        }
    }

    /// Walks a value where a type is wanted; an unknown type (null) demands nothing.
    private mutating func walk(value: RegoValue, type: RegoValue, hasDefault: Bool) throws(BuiltinError) {
        try context.spend()
        let definition = schema.types[type.typeReference.named]
        try walk(value: value, type: type, definition: definition, hasDefault: hasDefault)
    }

    private mutating func walk(
        value: RegoValue, type: RegoValue, definition: RegoValue?, hasDefault: Bool
    ) throws(BuiltinError) {
        depth += 1
        defer { depth -= 1 }
        guard depth <= GraphQLValidator.depthLimit else { throw BuiltinError("query is nested too deeply") }
        switch value.number("Kind") {
        case GraphQLValueKind.variable: operation?.used.insert(value.text("Raw"))
        case GraphQLValueKind.object:
            for child in value.nodes("Children") {
                let field = definition?.named(child.text("Name"), in: "Fields")
                try walk(
                    value: child["Value"] ?? .null, type: field?["Type"] ?? .null,
                    hasDefault: field?.hasDefault ?? false)
            }
        case GraphQLValueKind.list:
            let inner = type["Elem"] ?? .null
            for child in value.nodes("Children") {
                try context.spend()
                try walk(
                    value: child["Value"] ?? .null, type: inner, definition: inner == .null ? nil : definition,
                    hasDefault: false)
            }
        default: break
        }
        check(value: value, type, definition, hasDefault: hasDefault)
    }
}

extension RegoValue {
    /// What a member of a selection set is.
    enum GraphQLSelectionKind {
        case field, inline, spread
    }

    var selectionKind: GraphQLSelectionKind {
        if self["Alias"] != nil { return .field }
        return self["TypeCondition"] != nil || self["SelectionSet"] != nil ? .inline : .spread
    }

    /// Whether an argument or a field has a default that is not null.
    var hasDefault: Bool {
        guard let value = self["DefaultValue"], value != .null else { return false }
        return value.number("Kind") != GraphQLValueKind.null
    }
}
