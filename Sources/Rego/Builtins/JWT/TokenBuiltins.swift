/// `io.jwt.*`.
enum TokenBuiltins {
    private static let result = RegoType.array([.boolean, .anyObject, .anyObject], rest: nil)

    static let declarations: [BuiltinDeclaration] =
        [
            BuiltinDeclaration(
                "io.jwt.decode", [.string], .array([.anyObject, .anyObject, .string], rest: nil), evaluate: decode),
            BuiltinDeclaration(
                "io.jwt.decode_verify", [.string, .object(.string, .any)], result, isNondeterministic: true,
                evaluate: TokenConstraints.decodeVerify),
            BuiltinDeclaration(
                "io.jwt.encode_sign", [.object(.string, .any), .object(.string, .any), .object(.string, .any)],
                .string, isNondeterministic: true, evaluate: encodeSign),
            BuiltinDeclaration(
                "io.jwt.encode_sign_raw", [.string, .string, .string], .string, isNondeterministic: true,
                evaluate: encodeSignRaw),
        ] + JSONWebKey.algorithms.sorted().map(verification)

    private static func verification(_ algorithm: String) -> BuiltinDeclaration {
        BuiltinDeclaration("io.jwt.verify_\(algorithm.lowercased())", [.string, .string], .boolean) {
            (_, arguments) throws(BuiltinError) in
            try verify(arguments, algorithm)
        }
    }

    private static func verify(_ arguments: [RegoValue], _ algorithm: String) throws(BuiltinError) -> RegoValue {
        var token = try JSONWebToken(splitting: try arguments.string(0))
        let key = try arguments.string(1)
        // A secret is tried whatever the header says; keys are told apart by it.
        if algorithm.hasPrefix("HS") {
            let signature = try JSONWebToken.decode(token.signature, "signature")
            let secret = VerificationKey.secret(key.utf8)
            return .bool(secret.isValid(signature, of: token.signed, algorithm: algorithm))
        }
        let keys = try TokenKeys.parse(key)
        _ = try JSONWebToken.decode(token.signature, "signature")
        try token.readHeader()
        return .bool(
            try TokenKeys.verify(
                token, keys, identifier: try token.headerText("kid"), algorithm: try token.headerText("alg"),
                verifyingAs: algorithm))
    }

    static func decode(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        var text = try arguments.string(0)
        while true {
            try context.spend()
            try context.charge(bytes: text.utf8Count * 4)
            let token = try JSONWebToken(text)
            let payload = try JSONWebToken.decode(token.payload, "payload")
            if token.decodedHeader["cty"] == "JWT" {
                // A token within a token is quoted.
                let quotes = Set("\"'".utf8)
                let inner = payload.drop { quotes.contains($0) }.reversed().drop { quotes.contains($0) }.reversed()
                text = RegoString(utf8: Array(inner))
                continue
            }
            let object = try JSONWebToken.object(payload)
            let signature = try JSONWebToken.decode(token.signature, "signature")
            return [.object(token.decodedHeader), .object(object), RegoValue(Hexadecimal.text(signature))]
        }
    }

    static func encodeSign(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        for argument in arguments { try context.charge(textOf: argument) }
        return try sign(
            header: arguments[0].jsonBytes, payload: arguments[1].jsonBytes, key: arguments[2].jsonBytes)
    }

    static func encodeSignRaw(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let key = try arguments.string(2)
        return try sign(
            header: try arguments.string(0).utf8, payload: try arguments.string(1).utf8, key: key.utf8)
    }

    private static func sign(
        header: [UInt8], payload: [UInt8], key: [UInt8]
    ) throws(BuiltinError) -> RegoValue {
        let keys = try JSONWebKey.parse(key)
        guard let first = keys.first else { throw BuiltinError("no keys found in JWK set") }
        let missing = "missing or invalid 'alg' header: "
        guard !header.isEmpty else { throw BuiltinError(missing + "cannot parse JSON: cannot parse empty string") }
        let fields = (try? RegoValue(json: header)) ?? .null
        if fields == .null, header.first == UInt8(ascii: "{") { throw BuiltinError(missing + "cannot parse JSON") }
        guard let algorithm = fields["alg"]?.string else {
            throw BuiltinError(missing + "jwsbb: header \"alg\" not found")
        }
        guard JSONWebKey.algorithms.contains(algorithm) else {
            throw BuiltinError("unknown JWS algorithm: \(algorithm)")
        }
        let type = fields["typ"]?.string
        if type == nil || type == "JWT", (try? RegoValue(json: payload)) == nil {
            throw BuiltinError("type is JWT but payload is not JSON")
        }
        func encoded(_ bytes: [UInt8]) -> [UInt8] { Base64.encode(bytes, urlSafe: true, padded: false) }
        let message = encoded(header) + [UInt8(ascii: ".")] + encoded(payload)
        let signature = try first.sign(message, algorithm: algorithm)
        return .string(RegoString(utf8: message + [UInt8(ascii: ".")] + encoded(signature)))
    }
}
