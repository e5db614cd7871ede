internal import Model
internal import Store

/// A request that failed, as the client hears it.
struct APIFailure: Error {
    var status: APIStatus
    var headers: [(String, String)] = []
    /// What the journal should say of it; nil where the answer says it all.
    var cause: (any Error)?

    init(_ code: Int, _ reason: String, _ message: String, details: APIStatus.Details? = nil) {
        status = APIStatus(failure: reason, code: code, message: message, details: details)
    }

    var json: JSONValue { (try? status.json) ?? .null }

    static func badRequest(_ message: String) -> APIFailure { APIFailure(400, "BadRequest", message) }
    static func forbidden(_ message: String) -> APIFailure { APIFailure(403, "Forbidden", message) }
    static func unauthorized(_ message: String) -> APIFailure {
        var failure = APIFailure(401, "Unauthorized", message)
        failure.headers = [("WWW-Authenticate", "Bearer realm=\"aetheredge\"")]
        return failure
    }
    static func notFound(_ message: String) -> APIFailure { APIFailure(404, "NotFound", message) }
    static func conflict(_ message: String) -> APIFailure { APIFailure(409, "Conflict", message) }
    static func unavailable(_ message: String) -> APIFailure { APIFailure(503, "ServiceUnavailable", message) }
    static func tooMany(_ message: String, after seconds: Int = 1) -> APIFailure {
        APIFailure(429, "TooManyRequests", message, details: APIStatus.Details(retryAfterSeconds: seconds))
    }
    static func expired(_ message: String) -> APIFailure { APIFailure(410, "Expired", message) }
    static func invalid(_ message: String, causes: [APIStatus.Cause] = []) -> APIFailure {
        APIFailure(422, "Invalid", message, details: causes.isEmpty ? nil : APIStatus.Details(causes: causes))
    }
    static func methodNotAllowed(_ message: String, allowed: [String]) -> APIFailure {
        var failure = APIFailure(405, "MethodNotAllowed", message)
        failure.headers = [("Allow", allowed.joined(separator: ", "))]
        return failure
    }

    /// The failure with the object that it is about.
    func about(_ descriptor: KindDescriptor, _ name: String?) -> APIFailure {
        var failure = self
        var details = failure.status.details ?? APIStatus.Details()
        details.name = details.name ?? name
        details.kind = descriptor.plural
        details.group = apiGroupName
        failure.status.details = details
        return failure
    }
}

extension APIFailure {
    /// What an error of another module means to a client.
    init(_ error: any Error) {
        switch error {
        case let failure as APIFailure: self = failure
        case let error as ControlError: self.init(control: error)
        case let error as StoreError: self.init(store: error)
        case let error as ModelError:
            switch error.code {
            case .tooLarge: self.init(413, "RequestEntityTooLarge", error.message)
            case .tooDeep: self = .badRequest(error.message)
            default: self = .invalid(error.message)
            }
        case is CancellationError: self = .unavailable("the daemon is stopping; try again")
        default:
            self.init(500, "InternalError", "\(error)")
            cause = error
        }
    }

    private init(control error: ControlError) {
        switch error.code {
        case .notFound: self = .notFound(error.message)
        case .invalid: self = .invalid(error.message)
        case .conflict: self = .conflict(error.message)
        case .forbidden: self = .forbidden(error.message)
        case .unavailable: self = .unavailable(error.message)
        }
    }

    private init(store error: StoreError) {
        switch error.code {
        case .notFound: self = .notFound(error.message)
        case .alreadyExists: self.init(409, "AlreadyExists", error.message)
        case .conflict: self = .conflict(error.message)
        case .expired: self = .expired(error.message)
        case .invalid: self = .invalid(error.message)
        case .unavailable: self = .unavailable(error.message)
        case .full:
            self.init(507, "InsufficientStorage", error.message)
            cause = error
        default:
            self.init(500, "InternalError", error.message)
            cause = error
        }
    }
}
