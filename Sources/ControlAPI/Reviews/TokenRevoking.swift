internal import Model

/// Ends a token before its time: for administrators, and for the token itself.
struct TokenRevoking: Sendable {
    private let context: RequestContext

    init(_ context: RequestContext) { self.context = context }

    /// The status of a revocation.
    func answer(_ spec: JSONValue) async throws -> JSONValue {
        guard let revocations = context.services.revocations else {
            throw APIFailure.unavailable("this daemon revokes no tokens")
        }
        let id = spec["id"]?.stringValue ?? ""
        guard TokenAuthority.isID(id) else {
            throw APIFailure.invalid(
                "TokenRevocation is invalid: spec.id: \(quoted(id)) is no id of a token: it has 16 hexadecimal digits, "
                    + "as in the audit log; a token itself is none",
                causes: [
                    APIStatus.Cause(
                        reason: "FieldValueInvalid", message: "an id has 16 hexadecimal digits", field: "spec.id")
                ])
        }
        if context.caller.tokenID != id {
            try context.application.authorizer.require(
                .administer, context.caller, to: "revoke a token that it does not carry")
        }
        try await context.application.audit(context.caller, "delete", "TokenRequest/\(id)", isAllowed: true)
        let until = try await revocations.revoke(id, now: context.services.now())
        return ["id": .string(id), "until": .string(until.description)]
    }
}
