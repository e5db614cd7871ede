internal import Model

/// Every route that is served.
enum RouteTable {
    static let routes: [Route] =
        serviceRoutes + discoveryRoutes + KindRegistry.descriptors.flatMap(objectRoutes)
        + actionRoutes

    private static let serviceRoutes: [Route] = [
        Route("GET", "/healthz", .open, verb: "get") { _ in .text("ok") },
        Route("GET", "/livez", .open, verb: "get") { _ in .text("ok") },
        Route("GET", "/readyz", .open, verb: "get") { context in
            guard let problem = await context.services.readiness() else { return .text("ok") }
            return .text("not ready: \(problem)\n", status: 503)
        },
        Route("GET", "/version", .open, verb: "get") { .json($0.services.version) },
        Route("GET", "/metrics", .read, verb: "get") { context in
            let counts = try await context.services.resourceCounts()
            var response = APIResponse.text(context.application.metrics.render(resourceCounts: counts))
            response.contentType = "text/plain; version=0.0.4; charset=utf-8"
            return response
        },
        Route("GET", "/audit/verify", .read, verb: "verify") { try .report(try await $0.actions.verifyAudit()) },
    ]

    private static let discoveryRoutes: [Route] = [
        Route("GET", "/api", .read, verb: "get") { _ in .json(Discovery.coreVersions) },
        Route("GET", "/apis", .read, verb: "get") { _ in .json(Discovery.groups) },
        Route("GET", "/apis/\(apiGroupName)", .read, verb: "get") { _ in .json(Discovery.group) },
        Route("GET", "/apis/\(apiVersionName)", .read, verb: "get") { _ in .json(Discovery.resources) },
    ]

    private static func objectRoutes(_ descriptor: KindDescriptor) -> [Route] {
        let list = "/apis/\(apiVersionName)/\(descriptor.plural)"
        let object = list + "/{name}"
        var routes = [
            Route("GET", list, .read, verb: "list", of: descriptor) { context in
                try await context.request.flag("watch")
                    ? ObjectWatching(context).response() : ObjectListing(context).response()
            },
            Route("GET", object, .read, verb: "get", of: descriptor) { try await ObjectListing($0).object() },
            Route("GET", object + "/status", .read, verb: "get", of: descriptor) {
                try await ObjectListing($0).object()
            },
        ]
        // A kind that refuses writes has no route for them, so that the answer is 405.
        guard !descriptor.isReadOnly else { return routes }
        routes += [
            Route("POST", list, .administer, verb: "create", of: descriptor) { try await ObjectWriting($0).create() },
            Route("PUT", object, .administer, verb: "update", of: descriptor) {
                try await ObjectWriting($0).update(.spec)
            },
            Route("PATCH", object, .administer, verb: "patch", of: descriptor) {
                try await ObjectWriting($0).patch(.spec)
            },
            Route("DELETE", object, .administer, verb: "delete", of: descriptor) {
                try await ObjectDeletion($0).object()
            },
            Route("DELETE", list, .administer, verb: "deletecollection", of: descriptor) {
                try await ObjectDeletion($0).collection()
            },
            Route("PUT", object + "/status", .administer, verb: "update", of: descriptor) {
                try await ObjectWriting($0).update(.status)
            },
            Route("PATCH", object + "/status", .administer, verb: "patch", of: descriptor) {
                try await ObjectWriting($0).patch(.status)
            },
        ]
        return routes
    }
}
