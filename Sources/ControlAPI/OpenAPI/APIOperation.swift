internal import Model

/// One thing that a client can do, as it is published: read from a route, so that what is published is served.
struct APIOperation: Sendable {
    /// What an operation takes or answers.
    struct Content: Sendable {
        /// The name of its schema; nil where only the type is known.
        var schema: String?
        var types = ["application/json"]
        var isRequired = true
    }

    let method: String
    let path: String
    /// The kind that it is about.
    let kind: (group: String, name: String)?
    /// What it does, as `x-kubernetes-action` names it.
    let action: String
    /// The name of the operation, unique in the API.
    let id: String
    let summary: String
    let status: Int
    let parameters: [APIParameter]
    let body: Content?
    let answer: Content

    private static let patchTypes = [ReadPatch.jsonType, ReadPatch.mergeType, ReadPatch.applyType]

    /// The names that stand in the path.
    var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    /// The operations of a group.
    static func all(below prefix: String) -> [APIOperation] {
        RouteTable.routes.filter { $0.path.hasPrefix(prefix + "/") && $0.kindName != nil }.compactMap {
            APIOperation($0)
        }
    }

    private init?(_ route: Route) {
        guard let kindName = route.kindName else { return nil }
        method = route.method.lowercased()
        path = route.path.split(separator: "{any}", omittingEmptySubsequences: false).joined(separator: "{number}")
        kind = (route.groupName, kindName)
        let below = route.subresource
        id = Self.id(route, kindName)
        if let below, below != "status" {
            guard let known = ActionSchemas.action(route.method, below) else { return nil }
            action = route.method == "GET" ? "get" : "post"
            summary = known.summary
            status = 200
            parameters = known.parameters
            body = known.body.map { Content(schema: OpenAPIExport.name($0.name), isRequired: false) }
            answer = Content(types: [known.contentType])
            return
        }
        let part = below == nil ? "" : "status of a "
        let schema = route.shape?.schemaName ?? kindName
        let object = Content(schema: OpenAPIExport.name(schema))
        let sent = Content(schema: object.schema, types: route.review == nil ? ObjectWriting.bodyTypes : object.types)
        let written = APIParameter.writing + [APIParameter.validation]
        switch route.accessVerb {
        case "list":
            (action, summary) = ("list", "list or watch objects of kind \(kindName)")
            (parameters, body) = (APIParameter.listing, nil)
            answer = Content(schema: OpenAPIExport.name(schema + "List"))
        case "create":
            (action, summary) = ("post", "create a \(kindName)")
            (parameters, body, answer) = (route.review == nil ? written : [], sent, object)
        case "update":
            (action, summary) = ("put", "replace the \(part)\(kindName)")
            (parameters, body, answer) = (written, sent, object)
        case "patch":
            (action, summary) = ("patch", "partially update the \(part)\(kindName)")
            (parameters, answer) = (written + [APIParameter.force], object)
            body = Content(schema: MetaSchemas.patch, types: Self.patchTypes)
        case "delete", "deletecollection":
            (action, summary) = (route.accessVerb, "delete a \(kindName)")
            parameters =
                APIParameter.deleting + (route.accessVerb == "delete" ? [] : Array(APIParameter.listing.prefix(4)))
            body = Content(schema: MetaSchemas.deleteOptions, isRequired: false)
            answer = Content()
        default:
            (action, summary) = ("get", "read the \(part)\(kindName)")
            (parameters, body, answer) = ([], nil, object)
        }
        status = route.accessVerb == "create" ? 201 : 200
    }

    private static func id(_ route: Route, _ kind: String) -> String {
        let names = route.pattern.compactMap { segment in
            if case .literal(let text) = segment { text } else { nil }
        }
        let below = names.drop { $0 != route.resource }.dropFirst()
        let group =
            route.groupName.isEmpty
            ? "Core" : route.groupName.split(separator: ".").map { String($0).capitalizedFirst }.joined()
        let scope = names.contains("namespaces") ? "Namespaced" : ""
        return ([route.accessVerb + group + "V1" + scope + kind] + below.map(\.capitalizedFirst)).joined()
    }
}

extension String {
    /// The text with its first letter in upper case.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
