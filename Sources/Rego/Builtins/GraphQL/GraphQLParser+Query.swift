extension GraphQLParser {
    /// Reads a query document.
    static func query(_ text: RegoString) throws(GraphQLError) -> RegoValue {
        var parser = GraphQLParser(text)
        let position = parser.position
        var operations = RegoArray()
        var fragments = RegoArray()
        while parser.token.kind != .end {
            switch (parser.token.kind, parser.token.value) {
            case (.name, "query"), (.name, "mutation"), (.name, "subscription"), (.braceOpen, _):
                operations.append(try parser.operation())
            case (.name, "fragment"): fragments.append(try parser.fragment())
            default: throw parser.unexpected()
            }
        }
        return node(position, [("Operations", .array(operations)), ("Fragments", .array(fragments))])
    }

    private mutating func operation() throws(GraphQLError) -> RegoValue {
        let position = position
        if token.kind == .braceOpen {
            let selections = try selectionSet(isRequired: true)
            return GraphQLParser.node(
                position, [("Operation", "query"), ("Name", ""), ("SelectionSet", .array(selections))])
        }
        let kind = try operationType()
        let name = token.kind == .name ? try advance().value : ""
        let variables = try variableDefinitions()
        let directives = try directives(isConstant: false)
        let selections = try selectionSet(isRequired: true)
        return GraphQLParser.node(
            position,
            [
                ("Operation", kind), ("Name", RegoValue(name)), ("VariableDefinitions", .array(variables)),
                ("Directives", .array(directives)), ("SelectionSet", .array(selections)),
            ])
    }

    mutating func operationType() throws(GraphQLError) -> RegoValue {
        let token = try advance()
        guard ["query", "mutation", "subscription"].contains(token.value) else { throw unexpected(token) }
        return RegoValue(token.value)
    }

    private mutating func variableDefinitions() throws(GraphQLError) -> RegoArray {
        try list(.parenthesisOpen, .parenthesisClose, least: 0) { (parser) throws(GraphQLError) in
            let position = parser.position
            let name = try parser.variable()
            _ = try parser.expect(.colon)
            let type = try parser.typeReference()
            let value = try parser.skip(.equals) ? try parser.value(isConstant: true) : nil
            let directives = try parser.directives(isConstant: false)
            return GraphQLParser.node(
                position,
                [
                    ("Variable", RegoValue(name)), ("Type", type), ("DefaultValue", value), ("Used", false),
                    ("Directives", .array(directives)),
                ])
        }
    }

    private mutating func variable() throws(GraphQLError) -> String {
        _ = try expect(.dollar)
        return try name()
    }

    private mutating func selectionSet(isRequired: Bool) throws(GraphQLError) -> RegoArray {
        if isRequired, token.kind != .braceOpen { throw failure("Expected {, found \(token.kind.rawValue)") }
        return try list(.braceOpen, .braceClose, least: 1) { (parser) throws(GraphQLError) in
            parser.token.kind == .spread ? try parser.spread() : try parser.field()
        }
    }

    private mutating func field() throws(GraphQLError) -> RegoValue {
        let position = position
        let alias = try name()
        let name = try skip(.colon) ? try name() : alias
        let arguments = try arguments(isConstant: false)
        let directives = try directives(isConstant: false)
        let selections = token.kind == .braceOpen ? try selectionSet(isRequired: false) : []
        return GraphQLParser.node(
            position,
            [
                ("Alias", RegoValue(alias)), ("Name", RegoValue(name)), ("Arguments", .array(arguments)),
                ("Directives", .array(directives)), ("SelectionSet", .array(selections)),
            ])
    }

    private mutating func spread() throws(GraphQLError) -> RegoValue {
        _ = try expect(.spread)
        let position = position
        if token.kind == .name, token.value != "on" {
            let name = try fragmentName()
            let directives = try directives(isConstant: false)
            return GraphQLParser.node(position, [("Name", RegoValue(name)), ("Directives", .array(directives))])
        }
        var condition = ""
        if token.value == "on" {
            try advance()
            condition = try name()
        }
        let directives = try directives(isConstant: false)
        let selections = try selectionSet(isRequired: true)
        return GraphQLParser.node(
            position,
            [
                ("TypeCondition", RegoValue(condition)), ("Directives", .array(directives)),
                ("SelectionSet", .array(selections)),
            ])
    }

    private mutating func fragment() throws(GraphQLError) -> RegoValue {
        let position = position
        try expectKeyword("fragment")
        let name = try fragmentName()
        let variables = try variableDefinitions()
        try expectKeyword("on")
        let condition = try self.name()
        let directives = try directives(isConstant: false)
        let selections = try selectionSet(isRequired: true)
        return GraphQLParser.node(
            position,
            [
                ("Name", RegoValue(name)), ("VariableDefinition", .array(variables)),
                ("TypeCondition", RegoValue(condition)), ("Directives", .array(directives)),
                ("SelectionSet", .array(selections)),
            ])
    }

    private mutating func fragmentName() throws(GraphQLError) -> String {
        if token.value == "on" { throw unexpected() }
        return try name()
    }

    private mutating func arguments(isConstant: Bool) throws(GraphQLError) -> RegoArray {
        try list(.parenthesisOpen, .parenthesisClose, least: 0) { (parser) throws(GraphQLError) in
            let position = parser.position
            let name = try parser.name()
            _ = try parser.expect(.colon)
            let value = try parser.value(isConstant: isConstant)
            return GraphQLParser.node(position, [("Name", RegoValue(name)), ("Value", value)])
        }
    }

    mutating func directives(isConstant: Bool) throws(GraphQLError) -> RegoArray {
        var made = RegoArray()
        while try skip(.at) {
            let position = position
            let name = try name()
            let arguments = try arguments(isConstant: isConstant)
            made.append(
                GraphQLParser.node(
                    position, [("Name", RegoValue(name)), ("Arguments", .array(arguments)), ("Location", "")]))
        }
        return made
    }

    mutating func typeReference() throws(GraphQLError) -> RegoValue {
        var position: RegoValue
        var members: [(String, RegoValue?)]
        if try skip(.bracketOpen) {
            position = self.position
            members = [("Elem", try typeReference()), ("NamedType", "")]
            _ = try expect(.bracketClose)
        } else {
            position = self.position
            members = [("NamedType", RegoValue(try name()))]
        }
        let isNonNull = try skip(.bang)
        if isNonNull { position = self.position }
        return GraphQLParser.node(position, members + [("NonNull", .bool(isNonNull))])
    }

    mutating func value(isConstant: Bool) throws(GraphQLError) -> RegoValue {
        let position = position
        func made(_ kind: Int, _ raw: String, _ children: RegoArray = []) -> RegoValue {
            GraphQLParser.node(
                position,
                [
                    ("Kind", RegoValue(kind)), ("Raw", RegoValue(raw)), ("Children", .array(children)),
                    ("ExpectedTypeHasDefault", false),
                ])
        }
        switch token.kind {
        case .bracketOpen:
            let children = try list(.bracketOpen, .bracketClose, least: 0) { (parser) throws(GraphQLError) in
                let position = parser.position
                let value = try parser.value(isConstant: isConstant)
                return GraphQLParser.node(position, [("Name", ""), ("Value", value)])
            }
            return made(GraphQLValueKind.list, "", children)
        case .braceOpen:
            let children = try list(.braceOpen, .braceClose, least: 0) { (parser) throws(GraphQLError) in
                let position = parser.position
                let name = try parser.name()
                _ = try parser.expect(.colon)
                let value = try parser.value(isConstant: isConstant)
                return GraphQLParser.node(position, [("Name", RegoValue(name)), ("Value", value)])
            }
            return made(GraphQLValueKind.object, "", children)
        case .dollar:
            if isConstant { throw unexpected() }
            return made(GraphQLValueKind.variable, try variable())
        case .integer: return made(GraphQLValueKind.integer, try advance().value)
        case .float: return made(GraphQLValueKind.float, try advance().value)
        case .string: return made(GraphQLValueKind.string, try advance().value)
        case .blockString: return made(GraphQLValueKind.block, try advance().value)
        case .name:
            let kind: Int
            switch token.value {
            case "true", "false": kind = GraphQLValueKind.boolean
            case "null": kind = GraphQLValueKind.null
            default: kind = GraphQLValueKind.enumeration
            }
            return made(kind, try advance().value)
        default: throw unexpected()
        }
    }
}

/// The numbers of the kinds of values in the tree.
enum GraphQLValueKind {
    static let variable = 0
    static let integer = 1
    static let float = 2
    static let string = 3
    static let block = 4
    static let boolean = 5
    static let null = 6
    static let enumeration = 7
    static let list = 8
    static let object = 9
}
