/// `crypto.x509.*` and `crypto.parse_private_keys`.
enum X509Builtins {
    private static let certificates = RegoType.array(.object(.string, .any))
    private static let verified = RegoType.array([.boolean, certificates], rest: nil)

    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("crypto.x509.parse_certificates", [.string], certificates, evaluate: parse),
        BuiltinDeclaration(
            "crypto.x509.parse_and_verify_certificates", [.string], verified, isNondeterministic: true,
            evaluate: parseAndVerify),
        BuiltinDeclaration(
            "crypto.x509.parse_and_verify_certificates_with_options", [.string, .object(.string, .any)], verified,
            isNondeterministic: true, evaluate: parseAndVerify),
        BuiltinDeclaration(
            "crypto.x509.parse_certificate_request", [.string], .object(.string, .any), evaluate: parseRequest),
        BuiltinDeclaration(
            "crypto.x509.parse_keypair", [.string, .string], .object(.string, .any), evaluate: parsePair),
        BuiltinDeclaration(
            "crypto.x509.parse_rsa_private_key", [.string], .object(.string, .any), evaluate: parseKey),
        BuiltinDeclaration(
            "crypto.parse_private_keys", [.string], .array(.object(.string, .any)), evaluate: parseKeys),
    ]

    private static func shown(_ certificates: [X509Certificate]) throws(BuiltinError) -> RegoValue {
        var made = RegoArray()
        for certificate in certificates { made.append(try X509Value.certificate(certificate)) }
        return .array(made)
    }

    static func parse(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let text = try arguments.string(0)
        try context.charge(bytes: text.utf8Count * 8)
        return try shown(try X509Certificate.all(text: text))
    }

    static func parseAndVerify(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let text = try arguments.string(0)
        let options = arguments.count > 1 ? try arguments.object(1) : RegoObject()
        try context.charge(bytes: text.utf8Count * 8)
        let failed: RegoValue = [false, []]
        guard let certificates = try? X509Certificate.all(text: text) else { return failed }
        let verifier = try X509Verifier(now: context.now, options: options)
        guard let chain = verifier.chain(of: certificates) else { return failed }
        return [true, try shown(chain)]
    }

    static func parseRequest(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        var bytes = try arguments.string(0).utf8
        if !bytes.starts(with: "-----BEGIN CERTIFICATE REQUEST-----".utf8) { bytes = try Base64.decode(bytes) }
        if let (block, _) = PEMBlock.first(in: bytes[...]) {
            guard block.type == "CERTIFICATE REQUEST" else {
                throw BuiltinError("invalid PEM-encoded certificate signing request")
            }
            bytes = block.bytes
        }
        return try X509Value.request(bytes)
    }

    static func parsePair(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let certificates = try X509Certificate.all(text: try arguments.string(0))
        guard let leaf = certificates.first else {
            throw BuiltinError("tls: failed to find any PEM data in certificate input")
        }
        let text = try arguments.string(1)
        var keys = try PrivateKeyValue.all(text: text)
        if keys.isEmpty, let bytes = try? Base64.decode(text.utf8) { keys = [try PrivateKeyValue.pkcs8(bytes[...])] }
        guard let key = keys.first else { throw BuiltinError("tls: failed to find any PEM data in key input") }
        return [
            "Certificate": .array(RegoArray(certificates.map { X509Value.bytes($0.encoded) })),
            "PrivateKey": key.goValue, "SupportedSignatureAlgorithms": .null, "OCSPStaple": .null,
            "SignedCertificateTimestamps": .null, "Leaf": try X509Value.certificate(leaf),
        ]
    }

    static func parseKey(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let text = try arguments.string(0)
        if text.isEmpty { throw BuiltinError("input PEM data was empty") }
        if !text.hasPrefix("-----BEGIN") { _ = try Base64.decode(text.utf8) }
        return try PrivateKeyValue.all(text: text).first?.webKey ?? .null
    }

    static func parseKeys(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let text = try arguments.string(0)
        if text.isEmpty { return .null }
        return .array(RegoArray(try PrivateKeyValue.all(text: text).map(\.goValue)))
    }
}
