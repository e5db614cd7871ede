/// What `io.jwt.decode_verify` demands of a token.
struct TokenConstraints {
    private var secret = ""
    private var algorithm = ""
    private var issuer = ""
    private var audience = ""
    private var keys: [JSONWebKey]?
    private var time: Double

    private static let unverified: RegoValue = [false, [:], [:]]

    static func decodeVerify(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let object = try arguments.object(1)
        let constraints = try TokenConstraints(object, now: context.now)
        guard case .string(var text) = arguments[0] else { throw BuiltinError.operand(1, arguments[0], "string") }
        while true {
            try context.spend()
            try context.charge(bytes: text.utf8Count * 4)
            let token = try JSONWebToken(text)
            guard try constraints.isSigned(token) else { return unverified }
            let payload = try JSONWebToken.decode(token.payload, "payload")
            if try token.headerText("cty").uppercased() == "JWT" {
                text = RegoString(utf8: payload)
                continue
            }
            let claims = try JSONWebToken.object(payload)
            guard try constraints.areMet(by: claims) else { return unverified }
            return [true, .object(token.decodedHeader), .object(claims)]
        }
    }

    private init(_ object: RegoObject, now: Int64) throws(BuiltinError) {
        time = Double(now)
        for (key, value) in object {
            let name = key.string ?? key.description
            switch name {
            case "cert":
                guard case .string(let text) = value else {
                    throw BuiltinError("cert constraint: must be a string")
                }
                keys = try TokenKeys.parse(text)
            case "secret": secret = try TokenConstraints.text(name, value)
            case "alg": algorithm = try TokenConstraints.text(name, value)
            case "iss": issuer = try TokenConstraints.text(name, value)
            case "aud": audience = try TokenConstraints.text(name, value)
            case "time":
                guard case .number(let number) = value else {
                    throw BuiltinError("token time constraint: must be a number")
                }
                time = number.double
                if time < 0 { throw BuiltinError("token time constraint: must not be negative") }
            default: throw BuiltinError("unknown token validation constraint: \(name)")
            }
        }
        if keys != nil, !secret.isEmpty { throw BuiltinError("duplicate key constraints") }
        if keys == nil, secret.isEmpty { throw BuiltinError("no key constraint") }
    }

    private static func text(_ name: String, _ value: RegoValue) throws(BuiltinError) -> String {
        guard let text = value.string else { throw BuiltinError("\(name) constraint: must be a string") }
        return text
    }

    private func isSigned(_ token: JSONWebToken) throws(BuiltinError) -> Bool {
        let name = try token.headerText("alg")
        let identifier = try token.headerText("kid")
        _ = try token.headerText("typ")
        let critical = try token.criticalNames()
        let known: Set<String> = ["alg", "kid", "typ", "cty", "crit"]
        let unknown = token.decodedHeader.unorderedKeys.compactMap(\.string).filter { !known.contains($0) }
        guard !name.isEmpty, !unknown.contains(where: critical.contains) else { return false }
        guard algorithm.isEmpty || algorithm == name else { return false }
        if let keys {
            return try TokenKeys.verify(token, keys, identifier: identifier, algorithm: name, verifyingAs: name)
        }
        let signature = try JSONWebToken.decode(token.signature, "signature")
        return VerificationKey.secret(Array(secret.utf8)).isValid(signature, of: token.signed, algorithm: name)
    }

    private func areMet(by claims: RegoObject) throws(BuiltinError) -> Bool {
        if !issuer.isEmpty, claims["iss"]?.string != issuer { return false }
        if let claimed = claims["aud"] {
            switch claimed {
            case .string(let text): if text.string != audience { return false }
            case .array(let list): if !list.contains(where: { $0.string == audience }) { return false }
            default: return false
            }
        } else if !audience.isEmpty {
            return false
        }
        let seconds = RegoNumber(time / 1_000_000_000) ?? RegoNumber(0)
        if let expiry = claims["exp"] {
            guard case .number(let number) = expiry else { throw BuiltinError("exp value must be a number") }
            if seconds >= number { return false }
        }
        if let start = claims["nbf"] {
            guard case .number(let number) = start else { throw BuiltinError("nbf value must be a number") }
            if seconds < number { return false }
        }
        return true
    }
}
