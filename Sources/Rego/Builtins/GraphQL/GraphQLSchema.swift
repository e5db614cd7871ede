/// A schema that holds together.
struct GraphQLSchema: Sendable {
    private(set) var types: [String: RegoValue] = [:]
    private(set) var directives: [String: RegoValue] = [:]
    /// The object types that may stand where an interface, a union or an object is wanted, as the document has them.
    private(set) var possibleTypes: [String: [String]] = [:]
    /// The types of queries, mutations and subscriptions, by operation.
    private(set) var roots: [String: String] = [:]

    /// Makes a schema of a document, or says what is wrong with it.
    init(_ document: RegoValue) throws(GraphQLError) {
        let prelude = GraphQLPrelude.document ?? .null
        let definitions = Array(prelude.nodes("Definitions")) + Array(document.nodes("Definitions"))
        for definition in definitions {
            let name = definition.text("Name")
            if types[name] != nil { throw definition.error("Cannot redeclare type \(name).") }
            types[name] = definition
        }
        for addition in document.nodes("Extensions") { try extend(addition) }
        let additions = document.nodes("Extensions").map { $0.text("Name") }
        collectPossibleTypes(definitions.map { $0.text("Name") } + additions)
        for directive in Array(prelude.nodes("Directives")) + Array(document.nodes("Directives")) {
            let name = directive.text("Name")
            let isStandard = ["include", "skip", "deprecated", "specifiedBy", "defer", "oneOf"].contains(name)
            if directives[name] != nil, !isStandard {
                throw directive.error("Cannot redeclare directive \(name).")
            }
            directives[name] = directive
        }
        try findRoots(document)
        for name in types.keys.sorted() {
            if let definition = types[name] { try check(definition) }
        }
        for name in directives.keys.sorted() {
            guard let directive = directives[name] else { continue }
            try checkName(directive, name)
            try checkArguments(directive.nodes("Arguments"), of: directive)
        }
        inferRoots(document)
    }

    private mutating func extend(_ addition: RegoValue) throws(GraphQLError) {
        let name = addition.text("Name")
        let kind = addition.text("Kind")
        guard case .object(var object)? = types[name] else {
            types[name] = addition
            return
        }
        let known = object["Kind"]?.string ?? ""
        if known != kind {
            throw addition.error("Cannot extend type \(name) because the base type is a \(known), not \(kind).")
        }
        for member in ["Directives", "Interfaces", "Fields", "Types", "EnumValues"] {
            let added = addition.nodes(RegoValue(member))
            guard !added.isEmpty else { continue }
            var list = RegoValue.object(object).nodes(RegoValue(member))
            list.append(contentsOf: added)
            object.insert(RegoValue(member), .array(list))
        }
        types[name] = .object(object)
    }

    private mutating func collectPossibleTypes(_ names: [String]) {
        func add(_ type: String, to wanted: String) {
            if !possibleTypes[wanted, default: []].contains(type) { possibleTypes[wanted, default: []].append(type) }
        }
        var seen: Set<String> = []
        for name in names where seen.insert(name).inserted {
            guard let definition = types[name] else { continue }
            switch definition.text("Kind") {
            case "UNION": for type in definition.texts("Types") { add(type, to: name) }
            case "OBJECT", "INPUT_OBJECT", "INTERFACE":
                for interface in definition.texts("Interfaces") { add(name, to: interface) }
                if definition.text("Kind") != "INTERFACE" { add(name, to: name) }
            default: break
            }
        }
    }

    private mutating func findRoots(_ document: RegoValue) throws(GraphQLError) {
        let schemas = document.nodes("Schema")
        if schemas.count > 1 {
            throw schemas[1].error("Cannot have multiple schema entry points, consider schema extensions instead.")
        }
        for schema in Array(schemas) + Array(document.nodes("SchemaExtension")) {
            for entry in schema.nodes("OperationTypes") {
                let type = entry.text("Type")
                guard types[type] != nil else {
                    throw entry.error(
                        "Schema root \(entry.text("Operation")) refers to a type \(type) that does not exist.")
                }
                roots[entry.text("Operation")] = type
            }
        }
    }

    /// Without a schema definition the types of these names are the roots.
    private mutating func inferRoots(_ document: RegoValue) {
        if document.nodes("Schema").isEmpty {
            for (operation, name) in [("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription")]
            where roots[operation] == nil && types[name] != nil {
                roots[operation] = name
            }
        }
        guard let query = roots["query"], case .object(var object)? = types[query],
            let meta = try? GraphQLParser.schema(
                "type Meta { __schema: __Schema! __type(name: String!): __Type }", isBuiltIn: true)
        else { return }
        var fields = RegoValue.object(object).nodes("Fields")
        fields.append(contentsOf: meta.nodes("Definitions").first?.nodes("Fields") ?? [])
        object.insert("Fields", .array(fields))
        types[query] = .object(object)
    }

    func kind(of name: String) -> String { types[name]?.text("Kind") ?? "" }

    func isComposite(_ name: String) -> Bool { ["OBJECT", "INTERFACE", "UNION"].contains(kind(of: name)) }

    func isInput(_ name: String) -> Bool { ["SCALAR", "ENUM", "INPUT_OBJECT"].contains(kind(of: name)) }

    /// True when a value of one type may also be of the other.
    func overlap(_ left: String, _ right: String) -> Bool {
        !Set(possibleTypes[left] ?? []).isDisjoint(with: possibleTypes[right] ?? [])
    }

    /// The definition of a field; `__typename` stands everywhere.
    func field(_ name: String, of type: String?) -> RegoValue? {
        if name == "__typename" { return ["Name": "__typename", "Type": ["NamedType": "String"]] }
        return type.flatMap { types[$0]?.named(name, in: "Fields") }
    }
}
