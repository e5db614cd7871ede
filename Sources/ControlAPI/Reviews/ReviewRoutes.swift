internal import Model

extension RouteTable {
    /// What everybody may ask about themselves, and the making of tokens.
    static let reviewRoutes: [Route] = [
        route(.tokenRequest) { context, spec in try await TokenMaking(context).answer(spec) },
        route(.tokenRevocation) { context, spec in try await TokenRevoking(context).answer(spec) },
        route(.selfReview) { context, _ in
            let caller = context.caller
            var user: [String: JSONValue] = [
                "username": .string(caller.name), "groups": .array(caller.groups.map { .string($0) }),
            ]
            user["uid"] = caller.uid.map { .string(String($0)) }
            user["extra"] = caller.tokenID.map { ["\(apiGroupName)/token-id": [.string($0)]] }
            return ["userInfo": .object(user)]
        },
        route(.accessReview) { context, spec in
            let (isAllowed, reason) = try answer(spec, context)
            return ["allowed": .bool(isAllowed), "reason": .string(reason)]
        },
        route(.rulesReview) { context, _ in
            let access = context.application.access
            let isAdministrator = access.authorizer.allows(.administer, context.caller)
            let paths = isAdministrator ? ["*"] : access.paths(for: context.caller)
            return [
                "resourceRules": .array(access.rules(for: context.caller).map(\.json)),
                "nonResourceRules": [
                    [
                        "verbs": [isAdministrator ? "*" : "get"],
                        "nonResourceURLs": .array(paths.map { .string($0) }),
                    ]
                ],
                "incomplete": false,
            ]
        },
    ]

    /// A route that answers a review: what was posted, with its status.
    private static func route(
        _ resource: ReviewResource,
        _ status: @escaping @Sendable (RequestContext, JSONValue) async throws -> JSONValue
    ) -> Route {
        Route(resource) { context in
            var object = try ReviewBody.read(context, resource)
            let spec = object["spec"] ?? .object([:])
            var validator = SchemaValidator()
            validator.validate(
                PositionedValue(spec), as: .object(resource.spec), at: FieldPath([.member("spec")]))
            let causes = validator.findings.map(\.cause)
            if let first = causes.first {
                throw APIFailure.invalid(
                    "\(resource.kind) is invalid: \(first.field ?? ""): \(first.message)", causes: causes)
            }
            object["apiVersion"] = .string(resource.apiVersion)
            object["kind"] = .string(resource.kind)
            object["metadata"] = ["creationTimestamp": .null]
            object["spec"] = spec
            object["status"] = try await status(context, spec)
            return .json(.object(object), status: 201)
        }
    }

    private static func answer(
        _ spec: JSONValue, _ context: RequestContext
    ) throws(APIFailure) -> (isAllowed: Bool, reason: String) {
        let access = context.application.access
        if let wanted = spec["resourceAttributes"] {
            func text(_ name: String) -> String { wanted[name]?.stringValue ?? "" }
            return access.review(
                AccessAttributes(
                    verb: text("verb"), group: text("group"), resource: text("resource"),
                    subresource: text("subresource"), name: text("name")), context.caller)
        }
        if let wanted = spec["nonResourceAttributes"] {
            return access.review(
                path: wanted["path"]?.stringValue ?? "", verb: wanted["verb"]?.stringValue ?? "", context.caller)
        }
        throw .invalid("a SelfSubjectAccessReview needs 'spec.resourceAttributes' or 'spec.nonResourceAttributes'")
    }
}

extension AccessRule {
    fileprivate var json: JSONValue {
        func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        var members: [String: JSONValue] = [
            "verbs": texts(verbs), "apiGroups": texts(groups), "resources": texts(resources),
        ]
        if !names.isEmpty { members["resourceNames"] = texts(names) }
        return .object(members)
    }
}
