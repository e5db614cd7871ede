internal import Model

/// The description of the API in one dialect.
struct OpenAPIDocument: Sendable {
    private let dialect: OpenAPIExport.Dialect

    init(_ dialect: OpenAPIExport.Dialect) { self.dialect = dialect }

    /// The document of some operations.
    func json(_ operations: [APIOperation]) -> JSONValue {
        var paths: [String: [String: JSONValue]] = [:]
        for operation in operations {
            var path = paths[operation.path] ?? self.path(operation)
            path[operation.method] = .object(self.operation(operation))
            paths[operation.path] = path
        }
        var members: [String: JSONValue] = [
            "info": ["title": "AetherEdge", "version": .string(ProductVersion.text)],
            "paths": .object(paths.mapValues { .object($0) }),
        ]
        let schemas = JSONValue.object(
            OpenAPIExport.definitions(
                dialect, with: ActionSchemas.bodies, ReviewResource.all.map { ($0.served, $0.kind, $0.group) },
                lists: EventShape.allCases.map { ($0.schema, "Event", $0.group) }
            ).merging(MetaSchemas.definitions(dialect)) { first, _ in first })
        let token: JSONValue = [
            "type": "apiKey", "in": "header", "name": "Authorization",
            "description": "A token that aetherctl token made, after the word Bearer.",
        ]
        switch dialect {
        case .v2:
            members["swagger"] = "2.0"
            members["definitions"] = schemas
            members["securityDefinitions"] = ["BearerToken": token]
        case .v3:
            members["openapi"] = "3.0.0"
            members["components"] = ["schemas": schemas, "securitySchemes": ["BearerToken": token]]
        }
        return .object(members)
    }

    private func path(_ operation: APIOperation) -> [String: JSONValue] {
        let parameters = operation.pathParameters.map { name in
            parameter(
                name, in: "path", name == "number" ? ["type": "integer"] : ["type": "string"],
                name == "number" ? "The number of the pass." : "The name of the object.", isRequired: true)
        }
        return parameters.isEmpty ? [:] : ["parameters": .array(parameters)]
    }

    private func operation(_ operation: APIOperation) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "description": .string(operation.summary), "operationId": .string(operation.id),
            "x-kubernetes-action": .string(operation.action), "tags": [.string("\(operation.kind?.group ?? "")_v1")],
        ]
        if let kind = operation.kind {
            members["x-kubernetes-group-version-kind"] = OpenAPIExport.groupVersionKind(kind.name, group: kind.group)
        }
        var parameters = operation.parameters.map { parameter($0.name, in: "query", $0.schema, $0.summary) }
        if let body = operation.body {
            switch dialect {
            case .v2:
                parameters.append([
                    "name": "body", "in": "body", "required": .bool(body.isRequired), "schema": schema(body),
                ])
                members["consumes"] = .array(body.types.map { .string($0) })
            case .v3:
                members["requestBody"] = ["required": .bool(body.isRequired), "content": content(body)]
            }
        }
        if !parameters.isEmpty { members["parameters"] = .array(parameters) }
        if dialect == .v2 { members["produces"] = .array(operation.answer.types.map { .string($0) }) }
        members["responses"] = [
            String(operation.status): response("The request succeeded.", operation.answer),
            "default": response("The request failed.", APIOperation.Content(schema: MetaSchemas.status)),
        ]
        return members
    }

    private func parameter(
        _ name: String, in place: String, _ schema: [String: JSONValue], _ summary: String, isRequired: Bool = false
    ) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "in": .string(place), "description": .string(summary),
        ]
        if isRequired { members["required"] = true }
        switch dialect {
        case .v2: members.merge(schema) { first, _ in first }
        case .v3: members["schema"] = .object(schema)
        }
        return .object(members)
    }

    private func response(_ summary: String, _ answer: APIOperation.Content) -> JSONValue {
        switch dialect {
        case .v2: ["description": .string(summary), "schema": schema(answer)]
        case .v3: ["description": .string(summary), "content": content(answer)]
        }
    }

    private func content(_ content: APIOperation.Content) -> JSONValue {
        .object(
            Dictionary(uniqueKeysWithValues: content.types.map { ($0, ["schema": schema(content)] as JSONValue) }))
    }

    private func schema(_ content: APIOperation.Content) -> JSONValue {
        if let schema = content.schema { return OpenAPIExport.reference(schema, dialect) }
        return content.types.contains("application/json")
            ? ["type": "object"] : ["type": "string", "format": "binary"]
    }
}
