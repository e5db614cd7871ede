internal import Model

/// An API group with what is served in it: the one list that both forms of discovery come from.
struct ServedGroup: Sendable {
    /// The name; empty for the core group.
    let name: String
    let resources: [ServedResource]

    /// The one version of every group.
    static let version = "v1"

    /// The group as objects name it.
    var groupVersion: String { name.isEmpty ? Self.version : "\(name)/\(Self.version)" }

    /// The names of the groups.
    static let names: [String] = {
        let other = Set(RouteTable.objects.map(\.groupName)).subtracting([apiGroupName]).sorted()
        return other + [apiGroupName, ReviewResource.selfReview.group, ReviewResource.accessReview.group]
    }()

    /// Every group.
    static let all = names.map { name in
        ServedGroup(name: name, resources: resources(in: name))
    }

    /// The group of a name.
    static func of(_ name: String) throws(APIFailure) -> ServedGroup {
        guard let group = all.first(where: { $0.name == name }) else {
            throw .notFound("there is no API group \(quoted(name))")
        }
        return group
    }

    /// The groups that have a name.
    static let named = all.filter { !$0.name.isEmpty }

    /// The core group, where something is served in it.
    static let core = all.first { $0.name.isEmpty }

    private static func resources(in group: String) -> [ServedResource] {
        let kinds = KindRegistry.descriptors.compactMap { ServedResource(of: $0, in: group) }
        return kinds + (group.isEmpty ? [.namespaces] : [])
            + ReviewResource.all.filter { $0.group == group }.map {
                ServedResource(plural: $0.plural, singular: $0.singular, kind: $0.kind, verbs: ["create"])
            }
    }
}

/// Something that has a path of its own, as discovery shows it.
struct ServedResource: Sendable {
    /// What stands below an object, such as its status.
    struct Subresource: Sendable {
        let name: String
        let verbs: [String]
    }

    let plural: String
    let singular: String
    let kind: String
    let verbs: [String]
    var isNamespaced = false
    var shortNames: [String] = []
    var categories: [String] = []
    var subresources: [Subresource] = []

    /// Kinds that `all` does not name: what happened, and who may do what, are asked for by name.
    private static let special: Set<KindName> = [
        EventKind.descriptor.kind, RoleKind.descriptor.kind, RoleBindingKind.descriptor.kind,
    ]
}

extension ServedResource {
    /// What is served of a kind in a group, read from its routes; nil where it has none.
    init?(of descriptor: KindDescriptor, in group: String) {
        let routes = RouteTable.objects.filter { $0.descriptor?.kind == descriptor.kind && $0.groupName == group }
        guard !routes.isEmpty else { return nil }
        var verbs = Set(routes.filter { $0.subresource == nil }.map(\.accessVerb))
        if verbs.contains("list") { verbs.insert("watch") }
        var below: [String: Set<String>] = [:]
        for route in routes {
            guard let subresource = route.subresource else { continue }
            below[subresource, default: []].insert(route.accessVerb)
        }
        self.init(
            plural: descriptor.plural, singular: descriptor.singular, kind: descriptor.kind.rawValue,
            verbs: verbs.sorted(), isNamespaced: routes.contains(where: \.isNamespaced),
            shortNames: descriptor.shortNames,
            categories: group != apiGroupName
                ? [] : Self.special.contains(descriptor.kind) ? ["aetheredge"] : ["all", "aetheredge"],
            subresources: below.keys.sorted().map {
                Subresource(name: $0, verbs: below[$0, default: []].sorted())
            })
    }

    /// The one namespace.
    static let namespaces = ServedResource(
        plural: "namespaces", singular: "namespace", kind: "Namespace", verbs: ["get", "list"], shortNames: ["ns"])
}
