internal import Model

/// What somebody wants to do, in the words of Kubernetes.
struct AccessAttributes: Sendable, Hashable {
    /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` or `deletecollection`; `*` for any.
    var verb: String
    /// The API group; empty for the core group.
    var group = apiGroupName
    /// The plural name of the kind; `*` for any.
    var resource: String
    /// What stands below the object; empty for the object itself.
    var subresource = ""
    /// The object's name; empty for all.
    var name = ""

    /// The resource as roles name it.
    var shownResource: String { subresource.isEmpty ? resource : "\(resource)/\(subresource)" }
}

extension AccessAttributes {
    /// What a request wants; nil for one that is about no object.
    init?(_ route: Route, _ request: APIRequest) {
        guard let descriptor = route.descriptor else { return nil }
        let isWatch = route.accessVerb == "list" && (try? request.flag("watch")) == true
        self.init(
            verb: isWatch ? "watch" : route.accessVerb, group: route.groupName, resource: descriptor.plural,
            subresource: route.subresource ?? "",
            name: route.name(in: request.path) ?? (route.accessVerb == "list" ? Self.selectedName(request) : nil) ?? "")
    }

    /// The one name that a list or a watch asks for, as `kubectl get NAME --watch` and `kubectl wait` do.
    private static func selectedName(_ request: APIRequest) -> String? {
        guard let selector = request.parameter("fieldSelector"), !selector.contains(",") else { return nil }
        for start in ["metadata.name==", "metadata.name="] where selector.hasPrefix(start) {
            return String(selector.dropFirst(start.utf8.count))
        }
        return nil
    }
}
