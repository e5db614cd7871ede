/// `graphql.*`.
enum GraphQLBuiltins {
    private static let source = RegoType.either(.string, .anyObject)

    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration(
            "graphql.parse", [source, source], .array([.anyObject, .anyObject], rest: nil), evaluate: parse),
        BuiltinDeclaration(
            "graphql.parse_and_verify", [source, source],
            .array([.boolean, .anyObject, .anyObject], rest: nil), evaluate: parseAndVerify),
        BuiltinDeclaration("graphql.parse_query", [.string], .anyObject, evaluate: parseQuery),
        BuiltinDeclaration("graphql.parse_schema", [.string], .anyObject, evaluate: parseSchema),
        BuiltinDeclaration("graphql.is_valid", [source, source], .boolean, evaluate: isValid),
        BuiltinDeclaration("graphql.schema_is_valid", [source], .boolean, evaluate: isValidSchema),
    ]

    private static func document(
        _ value: RegoValue, _ position: Int, _ context: BuiltinContext,
        _ read: (RegoString) throws(GraphQLError) -> RegoValue
    ) throws(BuiltinError) -> RegoValue {
        switch value {
        case .object: return value
        case .string(let text):
            try context.charge(bytes: text.utf8Count * 64)
            do throws(GraphQLError) {
                return try read(text)
            } catch {
                throw error.builtin
            }
        default: throw BuiltinError.operand(position, value, "string", "object")
        }
    }

    private static func query(_ value: RegoValue, _ context: BuiltinContext) throws(BuiltinError) -> RegoValue {
        try document(value, 0, context) { (text) throws(GraphQLError) in try GraphQLParser.query(text) }
    }

    private static func schemaDocument(
        _ value: RegoValue, _ position: Int, _ context: BuiltinContext
    ) throws(BuiltinError) -> RegoValue {
        try document(value, position, context) { (text) throws(GraphQLError) in try GraphQLParser.schema(text) }
    }

    private static func schema(_ document: RegoValue) throws(BuiltinError) -> GraphQLSchema {
        do throws(GraphQLError) {
            return try GraphQLSchema(document)
        } catch {
            throw BuiltinError(
                "Error in gqlparser SchemaDocument to Schema conversion: input:\(error.line):\(error.column): "
                    + error.message)
        }
    }

    private static func shown(_ document: RegoValue) -> RegoValue { GraphQLParser.pruned(document) ?? [:] }

    /// Reads query and schema, and checks the one against the other.
    private static func checked(
        _ arguments: [RegoValue], _ context: BuiltinContext
    ) throws(BuiltinError) -> (query: RegoValue, schema: RegoValue) {
        let query = try query(arguments[0], context)
        let document = try schemaDocument(arguments[1], 1, context)
        try GraphQLValidator.check(query, try schema(document), context)
        return (query, document)
    }

    static func parse(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let (query, schema) = try checked(arguments, context)
        return [shown(query), shown(schema)]
    }

    static func parseAndVerify(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        do throws(BuiltinError) {
            let (query, schema) = try checked(arguments, context)
            return [true, shown(query), shown(schema)]
        } catch {
            if error.isHalting { throw error }
            return [false, [:], [:]]
        }
    }

    static func parseQuery(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        shown(try query(.string(try arguments.string(0)), context))
    }

    static func parseSchema(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        shown(try schemaDocument(.string(try arguments.string(0)), 0, context))
    }

    static func isValid(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        do throws(BuiltinError) {
            _ = try checked(arguments, context)
            return true
        } catch {
            if error.isHalting { throw error }
            return false
        }
    }

    static func isValidSchema(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        do throws(BuiltinError) {
            _ = try schema(try schemaDocument(arguments[0], 0, context))
            return true
        } catch {
            if error.isHalting { throw error }
            return false
        }
    }
}
