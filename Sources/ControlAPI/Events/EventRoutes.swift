internal import Model

extension RouteTable {
    /// The events in the shapes of Kubernetes.
    static let eventRoutes: [Route] = EventShape.allCases.flatMap { shape in
        let all = shape.prefix + "/events"
        let list = shape.prefix + "/namespaces/{namespace}/events"
        let object = list + "/{name}"
        return [
            Route("GET", all, .read, verb: "list", shape) { try await listing($0, shape) },
            Route("GET", list, .read, verb: "list", shape) { try await listing($0, shape) },
            Route("GET", object, .read, verb: "get", shape) { context in
                try EventWriting.requireNamespace(context)
                return try await ObjectListing(context, shape.view).object()
            },
            Route("POST", list, .administer, verb: "create", shape) { try await EventWriting($0, shape).create() },
            Route("PUT", object, .administer, verb: "update", shape) { try await EventWriting($0, shape).update() },
            Route("PATCH", object, .administer, verb: "patch", shape) { try await EventWriting($0, shape).patch() },
            Route("DELETE", object, .administer, verb: "delete", shape) { context in
                try EventWriting.requireNamespace(context)
                return try await ObjectDeletion(context, shape.view).object()
            },
            Route("DELETE", list, .administer, verb: "deletecollection", shape) { context in
                try EventWriting.requireNamespace(context)
                return try await ObjectDeletion(context, shape.view).collection()
            },
        ]
    }

    private static func listing(_ context: RequestContext, _ shape: EventShape) async throws -> APIResponse {
        var view = shape.view
        if let namespace = EventWriting.namespace(context), namespace != EventShape.namespace { view.isEmpty = true }
        return try await context.request.flag("watch")
            ? ObjectWatching(context, view).response() : ObjectListing(context, view).response()
    }
}
