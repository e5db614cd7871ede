internal import Logging
internal import Model
internal import NIOHTTP1

/// What was decided about a request from its head alone.
struct Admission: Sendable {
    enum Outcome: Sendable {
        case refused(APIResponse)
        case admitted(Route, APIRequest)
    }

    let outcome: Outcome
    let verb: String
    let resource: String
    /// Whether the request counts among those of its user that are answered at the same time.
    var takesSeat = false
}

/// Decides and answers requests; knows nothing of connections.
struct Application: Sendable {
    let services: ControlServices
    let access: Access
    let authenticator: Authenticator
    let fairShare: FairShare
    let metrics: MetricsRegistry
    let limits: ServerLimits
    let logger: Logger
    /// Raised when the server begins to stop.
    let drain = Signal()
    let watches = UserBudget()
    let answers = AnswerCache()
    private static let health: Set<String> = ["/healthz", "/livez", "/readyz", "/version"]

    private let denials: MinuteBudget
    private let tokens: MinuteBudget
    private let routes: [Int: [Route]]

    init(
        services: ControlServices, authorizer: Authorizer, metrics: MetricsRegistry, limits: ServerLimits,
        logger: Logger
    ) {
        self.services = services
        access = Access(authorizer: authorizer, roles: RoleBook(reader: services.store, logger: logger))
        authenticator = Authenticator(
            tokens: services.tokens, revocations: services.revocations, now: services.now)
        fairShare = FairShare(limits: limits)
        self.metrics = metrics
        self.limits = limits
        self.logger = logger
        denials = MinuteBudget(limit: limits.auditedDenialsPerMinute)
        tokens = MinuteBudget(limit: limits.tokensPerMinute)
        routes = Dictionary(grouping: RouteTable.routes, by: \.pattern.count)
    }

    var authorizer: Authorizer { access.authorizer }

    /// Decides from the head of a request whether its body is read.
    func admit(_ head: HTTPRequestHead, from peer: Peer, closed: Signal) async -> Admission {
        var verb = "other"
        var resource = ""
        do throws(APIFailure) {
            let caller = try authenticator.caller(of: head.headers, over: peer)
            let request = try APIRequest(head, caller: caller)
            let route = try route(of: request, isHead: head.method == .HEAD)
            (verb, resource) = (route.verb, route.resource)
            if verb == "list", try request.flag("watch") { verb = "watch" }
            do throws(APIFailure) {
                try access.require(route, request, to: Self.action(route, request))
            } catch {
                await recordDenial(route, request)
                throw error
            }
            // A watch has a limit of its own, and health must be told also in a flood.
            let takesSeat = verb != "watch" && !authorizer.isPrivileged(caller) && !Self.health.contains(route.path)
            return Admission(
                outcome: .admitted(route, request), verb: verb, resource: resource, takesSeat: takesSeat)
        } catch {
            return Admission(outcome: .refused(.failure(error)), verb: verb, resource: resource)
        }
    }

    /// Throws when a watch that was admitted would not be any more: its token has ended or was revoked, or a role was
    /// taken away.
    func readmit(_ route: Route, _ request: APIRequest) throws(APIFailure) {
        try authenticator.check(request.caller)
        try access.require(route, request, to: Self.action(route, request))
    }

    /// Answers a request whose body was read.
    func respond(_ route: Route, _ request: APIRequest, body: [UInt8], closed: Signal) async -> APIResponse {
        let context = RequestContext(application: self, route: route, request: request, body: body, closed: closed)
        do {
            let response = try await route.handler(context)
            try await refreshRoles(after: route)
            return response
        } catch {
            var failure = APIFailure(error)
            if let descriptor = route.descriptor {
                failure = failure.about(descriptor, route.name(in: request.path))
            }
            if let cause = failure.cause {
                logger.error(
                    "a request to the control API failed",
                    metadata: ["action": "\(route.verb)", "object": "\(route.resource)", "cause": "\(cause)"])
            }
            return .failure(failure)
        }
    }

    /// Lets a change of what somebody may do hold before it is answered: whoever revoked a role need not wait.
    private func refreshRoles(after route: Route) async throws {
        guard route.method != "GET", let plural = route.descriptor?.plural, RoleKind.Rule.guarded.contains(plural)
        else { return }
        try await access.roles.refresh()
    }

    /// The failure of a body that is too large.
    var tooLarge: APIFailure {
        APIFailure(413, "RequestEntityTooLarge", "the body is larger than \(limits.bodyBytes) bytes")
    }

    /// Records a change in the audit log; throws when it cannot, as then the change must not be made.
    func audit(_ caller: Caller, _ verb: String, _ object: String, isAllowed: Bool) async throws(APIFailure) {
        let entry = AuditEntry(
            requester: caller.requester, verb: verb, object: object, outcome: isAllowed ? "allowed" : "denied")
        do {
            try await services.actions.audit(entry)
        } catch {
            logger.error("cannot write the audit log", metadata: ["cause": "\(error)", "object": "\(object)"])
            throw .unavailable(
                "cannot \(verb) \(object): the audit log cannot be written (\(error)); see journalctl -u aetheredged")
        }
    }

    /// Throws 429 when a user has made so many tokens within the minute that the audit log would fill.
    func countToken(of caller: Caller) throws(APIFailure) {
        guard !authorizer.isPrivileged(caller), !tokens.take(caller.key, minute: minute) else { return }
        throw .tooMany(
            "\(caller.shown) made \(limits.tokensPerMinute) tokens within a minute; use one of them", after: 60)
    }

    private var minute: Int64 { services.now().nanoseconds / 60_000_000_000 }

    /// Counts a request that was answered.
    func observe(_ admission: Admission, code: Int, since begin: ContinuousClock.Instant) {
        metrics.observeRequest(
            verb: admission.verb, resource: admission.resource, code: code, duration: ContinuousClock.now - begin)
    }

    private func recordDenial(_ route: Route, _ request: APIRequest) async {
        guard route.isMutation, let kind = route.kindName else { return }
        guard denials.take(request.caller.key, minute: minute) else { return }
        let object = "\(kind)/\(route.name(in: request.path) ?? "")"
        do throws(APIFailure) {
            try await audit(request.caller, route.verb, object, isAllowed: false)
        } catch {
            // The request is refused in any case; `audit` has logged why it is not recorded.
        }
    }

    private func route(of request: APIRequest, isHead: Bool) throws(APIFailure) -> Route {
        let candidates = (routes[request.path.count] ?? []).filter { $0.matches(request.path) }
        if let route = candidates.first(where: { $0.method == request.method && (!isHead || $0.right == .open) }) {
            return route
        }
        let shown = quoted("/" + request.path.joined(separator: "/"))
        guard candidates.isEmpty else {
            throw .methodNotAllowed(
                "\(isHead ? "HEAD" : request.method) is not allowed on \(shown)", allowed: candidates.map(\.method))
        }
        if request.path.count > 3, request.path.starts(with: ["apis", apiGroupName, "v1"]),
            KindRegistry.descriptor(plural: request.path[3]) == nil
        {
            throw .notFound(KindRegistry.unknownKindMessage(request.path[3]))
        }
        throw .notFound("there is nothing at \(shown); GET /apis/\(apiVersionName) lists what there is")
    }

    private static func action(_ route: Route, _ request: APIRequest) -> String {
        let object = route.resourceName.map { _ in " \(route.resource)" } ?? " /\(request.path.joined(separator: "/"))"
        return route.verb + object
    }
}
