internal import Model

extension RouteTable {
    static let actionRoutes: [Route] = sourceRoutes + pauseRoutes + resourceRoutes + runRoutes

    private static func path<K: Kind>(_ kind: K.Type, _ action: String) -> String {
        "/apis/\(apiVersionName)/\(K.descriptor.plural)/{name}/\(action)"
    }

    private static func source(
        _ method: String, _ action: String, _ right: Authorizer.Right, _ handler: @escaping Route.Handler
    ) -> Route {
        let verb = String(action.prefix { $0 != "/" })
        return Route(method, path(SourceKind.self, action), right, verb: verb, of: SourceKind.descriptor) { context in
            guard context.name == sourceName else {
                throw APIFailure.notFound(
                    "there is no Source \(quoted(context.name)); the source of a host is '\(sourceName)'")
            }
            return try await handler(context)
        }
    }

    private static let sourceRoutes: [Route] = [
        source("GET", "summary", .read) { try .report(try await $0.actions.summary()) },
        source("GET", "history", .read) { try .items(try await $0.actions.history()) },
        source("GET", "facts", .read) { try .report(try await $0.actions.facts()) },
        source("GET", "passes/{any}", .read) { context in
            guard let pass = Int64(context.last) else {
                throw APIFailure.notFound("\(quoted(context.last)) is not the number of a pass")
            }
            return try .report(try await context.actions.passProgress(pass))
        },
        source("POST", "plan", .read) { context in
            let request = try context.decode(PlanRequest.self)
            if request.directory != nil {
                try context.application.authorizer.require(
                    .administer, context.caller, to: "plan a directory, as it is read by root")
            }
            return try .report(try await context.actions.plan(request))
        },
        source("POST", "reconcile", .administer) { context in
            let request = try context.decode(ReconcileRequest.self)
            try await context.audit(try context.key())
            return try .report(try await context.actions.reconcile(request, context.caller.requester))
        },
        source("POST", "rollback", .administer) { context in
            let request = try context.decode(RollbackRequest.self)
            try await context.audit(try context.key())
            return try .report(try await context.actions.rollback(request, context.caller.requester))
        },
        source("POST", "adopt", .administer) { context in
            try .report(try await context.actions.adopt(try context.decode(AdoptRequest.self)))
        },
    ]

    private static let pauseRoutes: [Route] = [
        SourceKind.descriptor, BlueprintKind.descriptor, ResourceKind.descriptor,
    ].flatMap { descriptor in
        let object = "/apis/\(apiVersionName)/\(descriptor.plural)/{name}"
        return [
            Route("POST", object + "/pause", .administer, verb: "pause", of: descriptor) { context in
                let request = try context.decode(PauseRequest.self)
                guard request.seconds.map({ (1...PauseRequest.maximumSeconds).contains($0) }) ?? true else {
                    throw APIFailure.invalid(
                        "field 'seconds' must be from 1 to \(PauseRequest.maximumSeconds); leave it out to pause until "
                            + "resumed")
                }
                try await context.audit(try context.key())
                try await context.actions.pause(try context.key(), request, context.caller.requester)
                return done
            },
            Route("POST", object + "/resume", .administer, verb: "resume", of: descriptor) { context in
                try await context.audit(try context.key())
                try await context.actions.resume(try context.key(), context.caller.requester)
                return done
            },
        ]
    }

    private static let resourceRoutes: [Route] = [
        Route("GET", path(ResourceKind.self, "diff"), .read, verb: "diff", of: ResourceKind.descriptor) { context in
            try .report(try await context.actions.diff(try context.resource()))
        },
        Route("GET", path(ResourceKind.self, "why"), .read, verb: "why", of: ResourceKind.descriptor) { context in
            try .report(try await context.actions.why(try context.resource()))
        },
        Route("GET", path(ResourceKind.self, "versions"), .read, verb: "versions", of: ResourceKind.descriptor) {
            try .items(try await $0.actions.versions(try $0.resource()))
        },
        Route("GET", path(ResourceKind.self, "content"), .administer, verb: "content", of: ResourceKind.descriptor) {
            context in
            guard let text = context.request.parameter("digest"), let digest = ContentDigest(text: text) else {
                throw APIFailure.badRequest(
                    "parameter 'digest' must be a digest that GET …/versions shows, such as 'sha256:…'")
            }
            let chunks = try await context.actions.content(try context.resource(), digest)
            return APIResponse(
                status: 200, contentType: "application/octet-stream",
                body: .stream { write in for try await chunk in chunks { try await write(chunk) } })
        },
    ]

    private static let runRoutes: [Route] = [
        Route("GET", path(WorkflowRunKind.self, "plan"), .read, verb: "plan", of: WorkflowRunKind.descriptor) {
            try .report(try await $0.actions.runPlan($0.name))
        },
        Route("GET", path(WorkflowRunKind.self, "log"), .read, verb: "log", of: WorkflowRunKind.descriptor) {
            try .items(try await $0.actions.runLog($0.name))
        },
        Route(
            "POST", path(ApprovalKind.self, "decision"), .administer, verb: "decision", of: ApprovalKind.descriptor
        ) { context in
            let request = try context.decode(DecisionRequest.self)
            try await context.audit(try context.key())
            try await context.actions.decide(context.name, request, context.caller.requester)
            return done
        },
    ]

    /// The answer to an action that has nothing to tell.
    private static var done: APIResponse { .json((try? APIStatus(success: nil).json) ?? .object([:])) }
}
