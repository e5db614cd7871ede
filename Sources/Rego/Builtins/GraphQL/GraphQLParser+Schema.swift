extension GraphQLParser {
    private static let locations: Set<String> = [
        "QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD", "INLINE_FRAGMENT",
        "VARIABLE_DEFINITION", "SCHEMA", "SCALAR", "OBJECT", "FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INTERFACE",
        "UNION", "ENUM", "ENUM_VALUE", "INPUT_OBJECT", "INPUT_FIELD_DEFINITION",
    ]

    /// Reads a schema document.
    static func schema(_ text: RegoString, isBuiltIn: Bool = false) throws(GraphQLError) -> RegoValue {
        var parser = GraphQLParser(text)
        let position = parser.position
        var lists: [String: RegoArray] = [:]
        while parser.token.kind != .end {
            let description = try parser.description()
            guard parser.token.kind == .name else { throw parser.unexpected() }
            switch parser.token.value {
            case "scalar", "type", "interface", "union", "enum", "input":
                let made = try parser.definition(description ?? "", isExtension: false, isBuiltIn: isBuiltIn)
                lists["Definitions", default: []].append(made)
            case "schema":
                lists["Schema", default: []].append(try parser.schemaDefinition(description ?? ""))
            case "directive":
                lists["Directives", default: []].append(try parser.directiveDefinition(description ?? ""))
            case "extend":
                if let description, !description.isEmpty { throw parser.unexpected(parser.lastToken) }
                try parser.advance()
                if parser.token.value == "schema" {
                    lists["SchemaExtension", default: []].append(try parser.schemaExtension())
                } else {
                    let made = try parser.definition("", isExtension: true, isBuiltIn: isBuiltIn)
                    lists["Extensions", default: []].append(made)
                }
            default: throw parser.unexpected()
            }
        }
        let names = ["Schema", "SchemaExtension", "Directives", "Definitions", "Extensions"]
        return node(position, names.map { ($0, lists[$0].map { .array($0) }) })
    }

    private mutating func description() throws(GraphQLError) -> String? {
        guard token.kind == .string || token.kind == .blockString else { return nil }
        return try advance().value
    }

    private mutating func definition(
        _ description: String, isExtension: Bool, isBuiltIn: Bool
    ) throws(GraphQLError) -> RegoValue {
        let kinds = [
            "scalar": "SCALAR", "type": "OBJECT", "interface": "INTERFACE", "union": "UNION", "enum": "ENUM",
            "input": "INPUT_OBJECT",
        ]
        let word = token.value
        guard token.kind == .name, let kind = kinds[word] else { throw unexpected() }
        try advance()
        let position = position
        let name = try name()
        var interfaces = RegoArray()
        if word == "type" || (word == "interface" && !isExtension) { interfaces = try self.interfaces() }
        let directives = try directives(isConstant: true)
        var fields = RegoArray()
        var types = RegoArray()
        var values = RegoArray()
        switch word {
        case "type", "interface": fields = try self.fields()
        case "input": fields = try inputFields()
        case "union": types = try unionTypes()
        case "enum": values = try enumValues()
        default: break
        }
        let isBare = interfaces.isEmpty && directives.isEmpty && fields.isEmpty && types.isEmpty && values.isEmpty
        if isExtension, isBare { throw unexpected() }
        return GraphQLParser.node(
            position,
            [
                ("Kind", RegoValue(kind)), ("Description", RegoValue(description)), ("Name", RegoValue(name)),
                ("Directives", .array(directives)), ("Interfaces", .array(interfaces)), ("Fields", .array(fields)),
                ("Types", .array(types)), ("EnumValues", .array(values)), ("BuiltIn", .bool(isBuiltIn)),
            ])
    }

    private mutating func interfaces() throws(GraphQLError) -> RegoArray {
        guard token.value == "implements" else { return [] }
        try advance()
        _ = try skip(.ampersand)
        var made: RegoArray = [RegoValue(try name())]
        while try skip(.ampersand) { made.append(RegoValue(try name())) }
        return made
    }

    private mutating func unionTypes() throws(GraphQLError) -> RegoArray {
        guard try skip(.equals) else { return [] }
        _ = try skip(.pipe)
        var made: RegoArray = [RegoValue(try name())]
        while try skip(.pipe) { made.append(RegoValue(try name())) }
        return made
    }

    private mutating func fields() throws(GraphQLError) -> RegoArray {
        try list(.braceOpen, .braceClose, least: 1) { (parser) throws(GraphQLError) in
            let position = parser.position
            let description = try parser.description() ?? ""
            let name = try parser.name()
            let arguments = try parser.argumentDefinitions()
            _ = try parser.expect(.colon)
            let type = try parser.typeReference()
            let directives = try parser.directives(isConstant: true)
            return GraphQLParser.node(
                position,
                [
                    ("Description", RegoValue(description)), ("Name", RegoValue(name)),
                    ("Arguments", .array(arguments)), ("Type", type), ("Directives", .array(directives)),
                ])
        }
    }

    private mutating func inputFields() throws(GraphQLError) -> RegoArray {
        try list(.braceOpen, .braceClose, least: 1) { (parser) throws(GraphQLError) in try parser.inputValue() }
    }

    private mutating func argumentDefinitions() throws(GraphQLError) -> RegoArray {
        try list(.parenthesisOpen, .parenthesisClose, least: 1) { (parser) throws(GraphQLError) in
            try parser.inputValue()
        }
    }

    private mutating func inputValue() throws(GraphQLError) -> RegoValue {
        let position = position
        let description = try description() ?? ""
        let name = try name()
        _ = try expect(.colon)
        let type = try typeReference()
        let value = try skip(.equals) ? try value(isConstant: true) : nil
        let directives = try directives(isConstant: true)
        return GraphQLParser.node(
            position,
            [
                ("Description", RegoValue(description)), ("Name", RegoValue(name)), ("Type", type),
                ("DefaultValue", value), ("Directives", .array(directives)),
            ])
    }

    private mutating func enumValues() throws(GraphQLError) -> RegoArray {
        try list(.braceOpen, .braceClose, least: 1) { (parser) throws(GraphQLError) in
            let position = parser.position
            let description = try parser.description() ?? ""
            let name = try parser.name()
            let directives = try parser.directives(isConstant: true)
            return GraphQLParser.node(
                position,
                [
                    ("Description", RegoValue(description)), ("Name", RegoValue(name)),
                    ("Directives", .array(directives)),
                ])
        }
    }

    private mutating func operationTypes() throws(GraphQLError) -> RegoArray {
        try list(.braceOpen, .braceClose, least: 1) { (parser) throws(GraphQLError) in
            let position = parser.position
            let operation = try parser.operationType()
            _ = try parser.expect(.colon)
            let type = try parser.name()
            return GraphQLParser.node(position, [("Operation", operation), ("Type", RegoValue(type))])
        }
    }

    private mutating func schemaDefinition(_ description: String) throws(GraphQLError) -> RegoValue {
        try expectKeyword("schema")
        let position = position
        let directives = try directives(isConstant: true)
        let types = try operationTypes()
        return GraphQLParser.node(
            position,
            [
                ("Description", RegoValue(description)), ("Directives", .array(directives)),
                ("OperationTypes", .array(types)),
            ])
    }

    private mutating func schemaExtension() throws(GraphQLError) -> RegoValue {
        try expectKeyword("schema")
        let position = position
        let directives = try directives(isConstant: true)
        let types = try operationTypes()
        if directives.isEmpty, types.isEmpty { throw unexpected() }
        return GraphQLParser.node(
            position,
            [("Description", ""), ("Directives", .array(directives)), ("OperationTypes", .array(types))])
    }

    private mutating func directiveDefinition(_ description: String) throws(GraphQLError) -> RegoValue {
        try expectKeyword("directive")
        _ = try expect(.at)
        let position = position
        let name = try name()
        let arguments = try argumentDefinitions()
        var isRepeatable = false
        if token.kind == .name, token.value == "repeatable" {
            isRepeatable = true
            try advance()
        }
        try expectKeyword("on")
        _ = try skip(.pipe)
        var locations: RegoArray = [try location()]
        while try skip(.pipe) { locations.append(try location()) }
        return GraphQLParser.node(
            position,
            [
                ("Description", RegoValue(description)), ("Name", RegoValue(name)), ("Arguments", .array(arguments)),
                ("Locations", .array(locations)), ("IsRepeatable", .bool(isRepeatable)),
            ])
    }

    private mutating func location() throws(GraphQLError) -> RegoValue {
        let token = try expect(.name)
        guard GraphQLParser.locations.contains(token.value) else { throw unexpected(token) }
        return RegoValue(token.value)
    }
}
