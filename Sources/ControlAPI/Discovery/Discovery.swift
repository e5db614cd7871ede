internal import Model

/// What a client learns about the API before it uses it, in the shapes of `meta/v1`.
enum Discovery {
    /// The versions of the core group.
    static let coreVersions: JSONValue = [
        "kind": "APIVersions", "versions": .array(ServedGroup.core == nil ? [] : [.string(ServedGroup.version)]),
        "serverAddressByClientCIDRs": [],
    ]

    /// Every group that has a name.
    static let groups: JSONValue = [
        "apiVersion": "v1", "kind": "APIGroupList",
        "groups": .array(ServedGroup.named.map { .object(members(of: $0)) }),
    ]

    /// One group.
    static func group(_ group: ServedGroup) -> JSONValue {
        var members = members(of: group)
        members["apiVersion"] = "v1"
        members["kind"] = "APIGroup"
        return .object(members)
    }

    /// What is served in a group, and its subresources.
    static func resources(_ group: ServedGroup) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "APIResourceList", "groupVersion": .string(group.groupVersion),
            "resources": .array(group.resources.flatMap(rows)),
        ]
    }

    private static func members(of group: ServedGroup) -> [String: JSONValue] {
        let version: JSONValue = [
            "groupVersion": .string(group.groupVersion), "version": .string(ServedGroup.version),
        ]
        return ["name": .string(group.name), "versions": [version], "preferredVersion": version]
    }

    private static func rows(of resource: ServedResource) -> [JSONValue] {
        var object = row(resource, name: resource.plural, singular: resource.singular, verbs: resource.verbs)
        if !resource.categories.isEmpty { object["categories"] = .array(resource.categories.map { .string($0) }) }
        if !resource.shortNames.isEmpty { object["shortNames"] = .array(resource.shortNames.map { .string($0) }) }
        return [.object(object)]
            + resource.subresources.map { subresource in
                .object(row(resource, name: "\(resource.plural)/\(subresource.name)", verbs: subresource.verbs))
            }
    }

    private static func row(
        _ resource: ServedResource, name: String, singular: String = "", verbs: [String]
    ) -> [String: JSONValue] {
        [
            "name": .string(name), "singularName": .string(singular), "namespaced": .bool(resource.isNamespaced),
            "kind": .string(resource.kind), "verbs": .array(verbs.map { .string($0) }),
        ]
    }
}
