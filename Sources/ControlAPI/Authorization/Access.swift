internal import Model

/// Decides what a caller may do: by the groups of the host, or by a role.
struct Access: Sendable {
    let authorizer: Authorizer
    let roles: RoleBook

    /// Throws what a caller without the right to a request hears.
    func require(_ route: Route, _ request: APIRequest, to action: String) throws(APIFailure) {
        if authorizer.allows(route.right, request.caller) { return }
        if let attributes = AccessAttributes(route, request), roles.allows(attributes, request.caller) { return }
        throw authorizer.refusal(route.right, request.caller, to: action)
    }

    /// Whether a caller may do something, and why; nil where there is nothing like it to be done.
    func review(_ attributes: AccessAttributes, _ caller: Caller) -> (isAllowed: Bool, reason: String) {
        if authorizer.allows(.administer, caller) { return (true, "\(caller.shown) is an administrator") }
        guard let right = Self.right(attributes) else {
            return (false, "nothing like that is served, or only administrators may do all of it")
        }
        if authorizer.allows(right, caller) {
            return (true, right == .open ? "everyone may" : "\(caller.shown) is a reader")
        }
        if roles.allows(attributes, caller) { return (true, "a role allows it") }
        return (false, "no group and no role allows it")
    }

    /// Whether a caller may get a path that is about no object.
    func review(path: String, verb: String, _ caller: Caller) -> (isAllowed: Bool, reason: String) {
        if authorizer.allows(.administer, caller) { return (true, "\(caller.shown) is an administrator") }
        let segments = path.split(separator: "/").map(String.init)
        let route = RouteTable.routes.first {
            $0.resourceName == nil && $0.accessVerb == verb && $0.matches(segments)
        }
        guard let route else { return (false, "there is nothing at this path") }
        return authorizer.allows(route.right, caller)
            ? (true, "everyone or every reader may") : (false, "no group allows it")
    }

    /// What a caller may do with objects, rule by rule.
    func rules(for caller: Caller) -> [AccessRule] {
        if authorizer.allows(.administer, caller) {
            return [AccessRule(verbs: ["*"], groups: ["*"], resources: ["*"])]
        }
        var verbs: [String: [String: Set<String>]] = [:]
        for route in RouteTable.routes where authorizer.allows(route.right, caller) {
            guard let name = route.resourceName else { continue }
            let words: Set = route.accessVerb == "list" ? ["list", "watch"] : [route.accessVerb]
            verbs[route.groupName, default: [:]][name, default: []].formUnion(words)
        }
        let own = verbs.sorted { $0.key < $1.key }.flatMap { group, resources in
            Dictionary(grouping: resources) { $0.value.sorted() }.map { verbs, resources in
                AccessRule(verbs: verbs, groups: [group], resources: resources.map(\.key).sorted())
            }.sorted { $0.resources.lexicographicallyPrecedes($1.resources) }
        }
        return own
            + roles.rules(for: caller).map {
                AccessRule(
                    verbs: $0.verbs, groups: [apiGroupName], resources: $0.resources, names: $0.resourceNames ?? [])
            }
    }

    /// Paths that are about no object and that a caller may get.
    func paths(for caller: Caller) -> [String] {
        let routes = RouteTable.routes.filter {
            $0.resourceName == nil && $0.method == "GET" && authorizer.allows($0.right, caller)
        }
        return routes.map(\.path).sorted()
    }

    /// What is needed for something; nil for what only administrators may, or nobody.
    private static func right(_ attributes: AccessAttributes) -> Authorizer.Right? {
        let verb = attributes.verb == "watch" ? "list" : attributes.verb
        return RouteTable.routes.first {
            $0.groupName == attributes.group && $0.resourceName == attributes.shownResource && $0.accessVerb == verb
        }?.right
    }
}

/// Something that a caller may do, as a review tells it.
struct AccessRule: Sendable, Hashable {
    var verbs: [String]
    var groups: [String]
    var resources: [String]
    /// The objects; empty for all.
    var names: [String] = []
}
