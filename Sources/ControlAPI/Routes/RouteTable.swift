internal import Model

/// Every route that is served.
enum RouteTable {
    static let routes: [Route] = serviceRoutes + discoveryRoutes + objects + reviewRoutes + namespaceRoutes

    /// Those that are about objects; discovery is made from them.
    static let objects: [Route] = KindRegistry.descriptors.flatMap(objectRoutes) + actionRoutes + eventRoutes

    private static let serviceRoutes: [Route] = [
        Route("GET", "/healthz", .open, verb: "get") { _ in .text("ok") },
        Route("GET", "/livez", .open, verb: "get") { _ in .text("ok") },
        Route("GET", "/readyz", .open, verb: "get") { context in
            guard let problem = await context.services.readiness() else { return .text("ok") }
            return .text("not ready: \(problem)\n", status: 503)
        },
        Route("GET", "/version", .open, verb: "get") { .json(VersionDocument.json($0.services.version)) },
        Route("GET", "/metrics", .read, verb: "get") { context in
            let counts = try await context.services.resourceCounts()
            var response = APIResponse.text(
                context.application.metrics.render(
                    resourceCounts: counts, turns: context.application.fairShare.figures))
            response.contentType = "text/plain; version=0.0.4; charset=utf-8"
            return response
        },
        Route("GET", "/audit/verify", .read, verb: "verify") { try .report(try await $0.actions.verifyAudit()) },
    ]

    /// What the API looks like is no secret: whoever may do little has to find out what.
    private static let discoveryRoutes: [Route] =
        [
            Route("GET", "/api", .open, verb: "get") {
                AggregatedDiscovery.response($0.request, isCore: true) ?? .json(Discovery.coreVersions)
            },
            Route("GET", "/apis", .open, verb: "get") {
                AggregatedDiscovery.response($0.request, isCore: false) ?? .json(Discovery.groups)
            },
            Route("GET", "/openapi/v2", .open, verb: "get") { try OpenAPIRoutes.v2($0.request) },
            Route("GET", "/openapi/v3", .open, verb: "get") { _ in .json(OpenAPIRoutes.index) },
        ]
        + ServedGroup.names.flatMap { name in
            let path = name.isEmpty ? "/api/\(ServedGroup.version)" : "/apis/\(name)/\(ServedGroup.version)"
            let resources = Route("GET", path, .open, verb: "get") { _ in
                .json(Discovery.resources(try ServedGroup.of(name)))
            }
            let schemas = Route("GET", "/openapi/v3" + path, .open, verb: "get") {
                try OpenAPIRoutes.v3($0.request, group: name)
            }
            if name.isEmpty { return [resources, schemas] }
            let group = Route("GET", "/apis/\(name)", .open, verb: "get") { _ in
                .json(Discovery.group(try ServedGroup.of(name)))
            }
            return [group, resources, schemas]
        }

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
