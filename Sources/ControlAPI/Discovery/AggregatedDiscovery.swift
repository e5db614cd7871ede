internal import Model

/// Every group with all that is served in it, in one answer: what kubectl asks for first.
struct AggregatedDiscovery: Sendable {
    /// The versions of the form that are spoken, the better one first.
    private static let forms = ["v2", "v2beta1"].map(AggregatedDiscovery.init(version:))

    private let version: String
    private let named: Published
    private let core: Published

    private init(version: String) {
        self.version = version
        named = Published(Self.list(ServedGroup.named, version: version))
        core = Published(Self.list(ServedGroup.core.map { [$0] } ?? [], version: version))
    }

    /// The answer in the form that the client likes best; nil where it wants the older documents.
    static func response(_ request: APIRequest, isCore: Bool) -> APIResponse? {
        for range in AcceptedType.all(in: request) where range.isOrContains("application/json") {
            guard range.parameters["as"] == "APIGroupDiscoveryList", range.parameters["g"] == "apidiscovery.k8s.io"
            else {
                if range.parameters["as"] == nil { return nil }
                continue
            }
            guard let form = forms.first(where: { $0.version == range.parameters["v"] }) else { continue }
            let type = "application/json;g=apidiscovery.k8s.io;v=\(form.version);as=APIGroupDiscoveryList"
            return (isCore ? form.core : form.named).response(request, contentType: type)
        }
        return nil
    }

    private static func list(_ groups: [ServedGroup], version: String) -> [UInt8] {
        let list: JSONValue = [
            "kind": "APIGroupDiscoveryList", "apiVersion": .string("apidiscovery.k8s.io/\(version)"),
            "metadata": .object([:]), "items": .array(groups.map(group)),
        ]
        return list.canonicalBytes
    }

    private static func group(_ group: ServedGroup) -> JSONValue {
        [
            "metadata": group.name.isEmpty ? .object([:]) : ["name": .string(group.name)],
            "versions": [
                [
                    "version": .string(ServedGroup.version), "freshness": "Current",
                    "resources": .array(group.resources.map { resource($0, in: group) }),
                ]
            ],
        ]
    }

    private static func resource(_ resource: ServedResource, in group: ServedGroup) -> JSONValue {
        let kind: JSONValue = [
            "group": .string(group.name), "version": .string(ServedGroup.version), "kind": .string(resource.kind),
        ]
        var members: [String: JSONValue] = [
            "resource": .string(resource.plural), "responseKind": kind,
            "scope": resource.isNamespaced ? "Namespaced" : "Cluster",
            "singularResource": .string(resource.singular), "verbs": texts(resource.verbs),
        ]
        if !resource.shortNames.isEmpty { members["shortNames"] = texts(resource.shortNames) }
        if !resource.categories.isEmpty { members["categories"] = texts(resource.categories) }
        if !resource.subresources.isEmpty {
            members["subresources"] = .array(
                resource.subresources.map {
                    ["subresource": .string($0.name), "responseKind": kind, "verbs": texts($0.verbs)]
                })
        }
        return .object(members)
    }

    private static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}
