internal import Model

extension RouteTable {
    /// The one namespace, which libraries look for before they do anything: events are in it, and nothing else.
    static let namespaceRoutes: [Route] = [
        Route("GET", "/api/v1/namespaces", .open, verb: "get") { _ in
            .json([
                "apiVersion": "v1", "kind": "NamespaceList", "metadata": ["resourceVersion": "1"],
                "items": [namespace],
            ])
        },
        Route("GET", "/api/v1/namespaces/{any}", .open, verb: "get") { context in
            guard context.last == EventShape.namespace else {
                throw APIFailure.notFound("namespaces \(quoted(context.last)) not found")
            }
            return .json(namespace)
        },
    ]

    private static let namespace: JSONValue = [
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": [
            "name": .string(EventShape.namespace), "resourceVersion": "1", "creationTimestamp": .null,
            "labels": ["kubernetes.io/metadata.name": .string(EventShape.namespace)],
        ],
        "spec": [:], "status": ["phase": "Active"],
    ]
}
