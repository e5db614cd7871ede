internal import Model

/// Which state of the objects a list or watch is to show, as its parameters say.
struct ListRequest: Sendable {
    /// How new what is shown must be.
    enum Age: Sendable, Hashable {
        /// The newest state.
        case newest
        /// At least as new as a version.
        case notOlderThan(ResourceVersion)
        /// The state of a version and no other.
        case exact(ResourceVersion)
    }

    let limit: Int?
    let token: ContinueToken?
    let age: Age

    init(_ request: APIRequest) throws(APIFailure) {
        limit = try request.count("limit").flatMap { $0 == 0 ? nil : $0 }
        token = try Self.token(request)
        age = try Self.age(request, hasToken: token != nil, isLimited: limit != nil)
    }

    /// The version that a parameter names; nil where it is absent or zero, which means any.
    static func version(_ request: APIRequest) throws(APIFailure) -> ResourceVersion? {
        guard let text = request.parameter("resourceVersion"), text != "0" else { return nil }
        guard let version = ResourceVersion(text: text) else {
            throw .badRequest("parameter 'resourceVersion' must be one that a list gave, not \(quoted(text))")
        }
        return version
    }

    private static func token(_ request: APIRequest) throws(APIFailure) -> ContinueToken? {
        guard let text = request.parameter("continue") else { return nil }
        guard let token = ContinueToken(text: text) else {
            throw .badRequest("parameter 'continue' is not one that a list gave")
        }
        return token
    }

    private static func age(
        _ request: APIRequest, hasToken: Bool, isLimited: Bool
    ) throws(APIFailure) -> Age {
        let match = request.parameter("resourceVersionMatch")
        let version = try version(request)
        if hasToken {
            if match != nil { throw forbidden("resourceVersionMatch", "is forbidden when continue is provided") }
            guard version == nil else {
                throw .badRequest("parameter 'resourceVersion' is not allowed beside 'continue'")
            }
            return .newest
        }
        switch match {
        case nil: return version.map { isLimited ? .exact($0) : .notOlderThan($0) } ?? .newest
        case "NotOlderThan", "Exact":
            guard let text = request.parameter("resourceVersion") else {
                throw forbidden("resourceVersionMatch", "is forbidden unless resourceVersion is provided")
            }
            if match == "Exact", text == "0" {
                throw forbidden("resourceVersionMatch", "Exact is forbidden for resourceVersion 0")
            }
            return version.map { match == "Exact" ? .exact($0) : .notOlderThan($0) } ?? .newest
        case .some(let other):
            throw forbidden(
                "resourceVersionMatch", "must be Exact or NotOlderThan, not \(quoted(other))",
                reason: "FieldValueNotSupported")
        }
    }

    static func forbidden(
        _ field: String, _ message: String, reason: String = "FieldValueForbidden"
    ) -> APIFailure {
        .invalid(
            "ListOptions.meta.k8s.io \"\" is invalid: \(field): \(message)",
            causes: [APIStatus.Cause(reason: reason, message: message, field: field)])
    }
}

/// Where a list goes on, as the client hands it back.
struct ContinueToken: Sendable, Hashable {
    /// The version of the first page; nil goes on with the newest state.
    let version: ResourceVersion?
    /// The name after which the list goes on.
    let name: String

    init(version: ResourceVersion?, name: String) {
        self.version = version
        self.name = name
    }

    init?(text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let name = PercentEncoding.decode(parts[1]), !name.isEmpty else { return nil }
        self.name = name
        if parts[0] == Self.newest {
            version = nil
        } else {
            guard let version = ResourceVersion(text: String(parts[0])) else { return nil }
            self.version = version
        }
    }

    private static let newest = "newest"

    var text: String { "\(version.map { String($0.value) } ?? Self.newest).\(PercentEncoding.encode(name))" }
}
