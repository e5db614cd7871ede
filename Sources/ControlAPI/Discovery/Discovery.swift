internal import Model

/// What a client learns about the API before it uses it, in the shapes of `meta/v1`.
enum Discovery {
    private static let version: JSONValue = [
        "groupVersion": .string(apiVersionName), "version": "v1",
    ]

    /// There is no core group.
    static let coreVersions: JSONValue = [
        "kind": "APIVersions", "versions": [], "serverAddressByClientCIDRs": [],
    ]

    static let group: JSONValue = [
        "apiVersion": "v1", "kind": "APIGroup", "name": .string(apiGroupName), "versions": [version],
        "preferredVersion": version,
    ]

    static let groups: JSONValue = [
        "apiVersion": "v1", "kind": "APIGroupList",
        "groups": [
            ["name": .string(apiGroupName), "versions": [version], "preferredVersion": version]
        ],
    ]

    /// Every kind and its subresources.
    static let resources: JSONValue = .object([
        "apiVersion": "v1", "kind": "APIResourceList", "groupVersion": .string(apiVersionName),
        "resources": .array(KindRegistry.descriptors.flatMap(resources)),
    ])

    private static func resources(of descriptor: KindDescriptor) -> [JSONValue] {
        let reading = ["get", "list", "watch"]
        let writing = ["create", "delete", "patch", "update"]
        var rows = [
            resource(
                descriptor, name: descriptor.plural, verbs: descriptor.isReadOnly ? reading : writing + reading,
                isObject: true),
            resource(
                descriptor, name: descriptor.plural + "/status",
                verbs: descriptor.isReadOnly ? ["get"] : ["get", "patch", "update"]),
        ]
        var verbs: [String: [String]] = [:]
        for action in RouteTable.actions(of: descriptor) { verbs[action.name, default: []].append(action.verb) }
        for name in verbs.keys.sorted() {
            rows.append(resource(descriptor, name: "\(descriptor.plural)/\(name)", verbs: verbs[name] ?? []))
        }
        return rows
    }

    private static func resource(
        _ descriptor: KindDescriptor, name: String, verbs: [String], isObject: Bool = false
    ) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "singularName": .string(isObject ? descriptor.singular : ""),
            "namespaced": false, "kind": .string(descriptor.kind.rawValue),
            "verbs": .array(verbs.map { .string($0) }),
        ]
        if isObject {
            members["categories"] = ["all", "aetheredge"]
            if !descriptor.shortNames.isEmpty {
                members["shortNames"] = .array(descriptor.shortNames.map { .string($0) })
            }
        }
        return .object(members)
    }
}
