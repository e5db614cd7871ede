internal import Model

/// Makes a token for whoever asks over the socket, or for another where an administrator asks.
struct TokenMaking: Sendable {
    private static let standardSeconds: Int64 = 3600

    private let context: RequestContext

    init(_ context: RequestContext) { self.context = context }

    /// The status of a request: the token.
    func answer(_ spec: JSONValue) async throws -> JSONValue {
        let caller = context.caller
        guard let tokens = context.services.tokens else {
            throw APIFailure.unavailable("this daemon makes no tokens")
        }
        guard caller.tokenID == nil else {
            throw APIFailure.forbidden(
                "a token cannot make another, or it would never end: run aetherctl token on the host")
        }
        let user = spec["user"]?.stringValue
        let groups = spec["groups"]?.arrayValue?.compactMap(\.stringValue)
        let isForCaller = (user ?? caller.name) == caller.name && groups == nil
        if !isForCaller {
            try context.application.authorizer.require(.administer, caller, to: "make a token for somebody else")
        }
        try context.application.countToken(of: caller)
        let made = try tokens.make(
            user: user ?? caller.name, uid: isForCaller ? caller.uid : nil,
            groups: groups ?? (isForCaller ? caller.groups : []), now: context.services.now(),
            seconds: spec["expirationSeconds"]?.integerValue ?? Self.standardSeconds)
        try await context.application.audit(
            caller, "create", "TokenRequest/\(made.claims.user)/\(made.claims.id)", isAllowed: true)
        let end = WallTime(nanoseconds: made.claims.expires * 1_000_000_000)
        return [
            "token": .string(made.text), "expirationTimestamp": .string(end.description),
            "id": .string(made.claims.id), "user": .string(made.claims.user),
        ]
    }
}
