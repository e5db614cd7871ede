internal import Model

/// One row of the routing table: a method, a pattern of path segments, who may use it, and what answers.
struct Route: Sendable {
    typealias Handler = @Sendable (RequestContext) async throws -> APIResponse

    /// A segment of a path.
    enum Segment: Sendable, Hashable {
        case literal(String)
        /// The name of an object, in any form.
        case name
        /// Anything, as `RequestContext.last`.
        case any
    }

    let method: String
    /// The path as it is written, with `{name}` for what varies.
    let path: String
    let pattern: [Segment]
    let right: Authorizer.Right
    /// What the request does, for messages, the audit log and metrics.
    let verb: String
    let descriptor: KindDescriptor?
    /// What is created, where that is not stored.
    let review: ReviewResource?
    /// The API of Kubernetes in whose shape it answers, where that is not our own.
    let shape: EventShape?
    let handler: Handler

    /// A route to a review; everybody may ask about themselves.
    init(_ review: ReviewResource, _ handler: @escaping Handler) {
        method = "POST"
        path = review.path
        pattern = Self.pattern(path)
        right = .open
        verb = "create"
        descriptor = nil
        self.review = review
        shape = nil
        self.handler = handler
    }

    init(
        _ method: String, _ path: String, _ right: Authorizer.Right, verb: String, of descriptor: KindDescriptor? = nil,
        _ handler: @escaping Handler
    ) {
        self.init(method, path, right, verb: verb, of: descriptor, in: nil, handler)
    }

    /// A route to events in a shape of Kubernetes.
    init(
        _ method: String, _ path: String, _ right: Authorizer.Right, verb: String, _ shape: EventShape,
        _ handler: @escaping Handler
    ) {
        self.init(method, path, right, verb: verb, of: EventKind.descriptor, in: shape, handler)
    }

    private init(
        _ method: String, _ path: String, _ right: Authorizer.Right, verb: String, of descriptor: KindDescriptor?,
        in shape: EventShape?, _ handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        pattern = Self.pattern(path)
        self.right = right
        self.verb = verb
        self.descriptor = descriptor
        review = nil
        self.shape = shape
        self.handler = handler
    }

    private static func pattern(_ path: String) -> [Segment] {
        path.split(separator: "/").map { segment in
            switch segment {
            case "{name}": .name
            case "{any}", "{namespace}": .any
            default: .literal(String(segment))
            }
        }
    }

    /// Whether the route changes something.
    var isMutation: Bool { right == .administer && method != "GET" && verb != "adopt" }

    /// Whether the answer is one thing that is looked up.
    var isQuick: Bool { verb == "get" && method == "GET" && descriptor != nil }

    /// What stands below the object that the path names, such as its status; nil for the object itself.
    var subresource: String? {
        guard let index = pattern.firstIndex(of: .name), index + 1 < pattern.count,
            case .literal(let text) = pattern[index + 1]
        else { return nil }
        return text
    }

    /// What the request does, in the words of Kubernetes: an action is the creation of its subresource.
    var accessVerb: String {
        if Self.objectVerbs.contains(verb) { return verb }
        return method == "GET" ? "get" : "create"
    }

    private static let objectVerbs: Set<String> = [
        "create", "delete", "deletecollection", "get", "list", "patch", "update",
    ]

    /// The kind that the route is about.
    var kindName: String? { descriptor?.kind.rawValue ?? review?.kind }

    /// The API group of what the route is about.
    var groupName: String { shape?.group ?? review?.group ?? apiGroupName }

    /// Whether the path names a namespace, as that of core objects may.
    var isNamespaced: Bool { pattern.contains(.literal("namespaces")) }

    /// What the route is about, as roles name it.
    var resourceName: String? {
        guard let plural = descriptor?.plural ?? review?.plural else { return nil }
        return subresource.map { "\(plural)/\($0)" } ?? plural
    }

    /// What metrics call what the route is about.
    var resource: String {
        if let plural = descriptor?.plural ?? review?.plural { return plural }
        return pattern.first.map { if case .literal(let text) = $0 { text } else { "" } } ?? ""
    }

    func matches(_ path: [String]) -> Bool {
        guard path.count == pattern.count else { return false }
        return zip(path, pattern).allSatisfy { segment, expected in
            if case .literal(let text) = expected { return text == segment }
            return true
        }
    }

    /// The name in a path, in the form that objects have.
    func name(in path: [String]) -> String? {
        guard let written = nameAsWritten(in: path) else { return nil }
        guard descriptor?.kind == ResourceKind.descriptor.kind else { return written }
        return ResourceID(anyForm: written)?.name ?? written
    }

    /// The name in a path, as the client wrote it.
    func nameAsWritten(in path: [String]) -> String? { pattern.firstIndex(of: .name).map { path[$0] } }
}

/// A request that may be answered, with everything that its handler needs.
struct RequestContext: Sendable {
    let application: Application
    let route: Route
    let request: APIRequest
    let body: [UInt8]
    /// Raised when the client is gone.
    let closed: Signal

    /// The name in the path, in the form that objects have.
    var name: String { route.name(in: request.path) ?? "" }

    /// The name in the path, as the client wrote it.
    var nameAsWritten: String { route.nameAsWritten(in: request.path) ?? "" }

    /// The last segment of the path.
    var last: String { request.path.last ?? "" }

    var services: ControlServices { application.services }
    var actions: ControlActions { application.services.actions }
    var caller: Caller { request.caller }

    /// The key that the path names.
    func key() throws(APIFailure) -> ObjectKey { ObjectKey(kind: try descriptor().kind, name: name) }

    func descriptor() throws(APIFailure) -> KindDescriptor {
        guard let descriptor = route.descriptor else { throw APIFailure(500, "InternalError", "the route has no kind") }
        return descriptor
    }

    /// The resource that the path names.
    func resource() throws(APIFailure) -> ResourceID {
        guard let id = ResourceID(anyForm: name) else {
            throw APIFailure.notFound(
                "\(quoted(name)) is not a resource; write TYPE:NAME, such as 'file:/etc/motd'")
        }
        return id
    }

    /// The body as JSON; an empty one is `{}`.
    func json() throws(APIFailure) -> JSONValue {
        if body.isEmpty { return .object([:]) }
        do {
            return try JSONValue(parsing: body, limits: .object)
        } catch {
            throw error.code == .tooLarge
                ? APIFailure(413, "RequestEntityTooLarge", error.message)
                : .badRequest("cannot read the body: \(error.message)")
        }
    }

    /// The body of an action.
    func decode<T: Decodable>(_ type: T.Type) throws(APIFailure) -> T {
        try requireJSON()
        let json = try json()
        do { return try json.decode(type, field: "body") } catch { throw .badRequest(error.message) }
    }

    /// Refuses a body that is not JSON.
    func requireJSON() throws(APIFailure) {
        guard body.isEmpty || ["", "application/json"].contains(request.mediaType) else {
            throw APIFailure(
                415, "UnsupportedMediaType", "the body is \(quoted(request.mediaType)); send application/json")
        }
    }

    /// Records a change in the audit log before it is made.
    func audit(_ key: ObjectKey) async throws(APIFailure) {
        try await application.audit(caller, route.verb, "\(key.kind.rawValue)/\(key.name)", isAllowed: true)
    }
}
