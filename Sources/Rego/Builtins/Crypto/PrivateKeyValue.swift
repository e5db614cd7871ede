import BigInt

/// A private key in its numbers, read from DER, and shown as Go or a JWK shows it.
enum PrivateKeyValue {
    /// Modulus, public exponent, private exponent, two primes and what is made of them.
    case rsa([BigInt])
    case ec(curve: String, secret: [UInt8], point: [UInt8])
    case ed25519([UInt8])

    private static let curves: [[Int]: (name: String, size: Int)] = [
        [1, 2, 840, 10045, 3, 1, 7]: ("P-256", 32), [1, 3, 132, 0, 34]: ("P-384", 48),
        [1, 3, 132, 0, 35]: ("P-521", 66),
    ]

    /// The keys of PEM, or of base64 of PEM.
    static func all(text: RegoString) throws(BuiltinError) -> [PrivateKeyValue] {
        let bytes = (try? Base64.decode(text.utf8)) ?? text.utf8
        var made: [PrivateKeyValue] = []
        for block in PEMBlock.all(in: bytes) {
            switch block.type {
            case "RSA PRIVATE KEY": made.append(try rsa(block.bytes[...]))
            case "PRIVATE KEY": made.append(try pkcs8(block.bytes[...]))
            case "EC PRIVATE KEY": made.append(try ec(block.bytes[...], curve: nil))
            default: break
            }
        }
        return made
    }

    private static let malformed = BuiltinError("x509: failed to parse private key")

    static func rsa(_ bytes: ArraySlice<UInt8>) throws(BuiltinError) -> PrivateKeyValue {
        guard let parts = try? DERReader.one(bytes).children(), parts.count >= 9 else { throw malformed }
        return .rsa(parts[1...8].map(\.integer))
    }

    static func pkcs8(_ bytes: ArraySlice<UInt8>) throws(BuiltinError) -> PrivateKeyValue {
        guard let parts = try? DERReader.one(bytes).children(), parts.count >= 3,
            let algorithm = try? parts[1].children(), let identifier = algorithm.first?.identifier
        else { throw malformed }
        switch X509Names.keyAlgorithm(identifier) {
        case 1: return try rsa(parts[2].content)
        case 3: return try ec(parts[2].content, curve: algorithm.last?.identifier)
        case 4:
            guard let seed = try? DERReader.one(parts[2].content).content else { throw malformed }
            return .ed25519(Array(seed))
        default: throw BuiltinError("x509: PKCS#8 wrapping contained private key with unknown algorithm")
        }
    }

    static func ec(_ bytes: ArraySlice<UInt8>, curve: [Int]?) throws(BuiltinError) -> PrivateKeyValue {
        guard let parts = try? DERReader.one(bytes).children(), parts.count >= 2 else { throw malformed }
        var identifier = curve
        var point: [UInt8] = []
        for part in parts.dropFirst(2) {
            guard let inner = try? DERReader.one(part.content) else { continue }
            if part.tag == 0xA0 { identifier = inner.identifier }
            if part.tag == 0xA1 { point = Array(inner.bits) }
        }
        guard let identifier, let known = curves[identifier] else { throw BuiltinError("x509: unknown elliptic curve") }
        return .ec(curve: known.name, secret: BigUInt(bytes: parts[1].content).bytes(count: known.size), point: point)
    }

    /// As Go marshals `rsa.PrivateKey` and `ecdsa.PrivateKey`.
    var goValue: RegoValue {
        switch self {
        case .rsa(let numbers):
            let shown = numbers.map { RegoValue.number(RegoNumber($0)) }
            return [
                "N": shown[0], "E": shown[1], "D": shown[2], "Primes": [shown[3], shown[4]],
                "Precomputed": ["Dp": shown[5], "Dq": shown[6], "Qinv": shown[7], "CRTValues": []],
            ]
        case .ec(_, let secret, let point):
            let half = Swift.max(0, point.count - 1) / 2
            func number(_ bytes: some Sequence<UInt8>) -> RegoValue {
                .number(RegoNumber(BigInt(BigUInt(bytes: bytes))))
            }
            return [
                "Curve": [:], "X": number(point.dropFirst().prefix(half)), "Y": number(point.dropFirst(1 + half)),
                "D": number(secret),
            ]
        case .ed25519(let seed): return X509Value.bytes(seed)
        }
    }

    /// As a JWK.
    var webKey: RegoValue {
        func text(_ bytes: [UInt8]) -> RegoValue {
            .string(RegoString(utf8: Base64.encode(bytes, urlSafe: true, padded: false)))
        }
        switch self {
        case .rsa(let numbers):
            var made: RegoObject = RegoObject()
            made.insert("kty", "RSA")
            for (name, number) in zip(["n", "e", "d", "p", "q", "dp", "dq", "qi"], numbers) {
                made.insert(RegoValue(name), text(number.magnitude.bytes()))
            }
            return .object(made)
        case .ec(let curve, let secret, let point):
            let half = Swift.max(0, point.count - 1) / 2
            return [
                "kty": "EC", "crv": RegoValue(curve), "x": text(Array(point.dropFirst().prefix(half))),
                "y": text(Array(point.dropFirst(1 + half))), "d": text(secret),
            ]
        case .ed25519(let seed): return ["kty": "OKP", "crv": "Ed25519", "d": text(seed)]
        }
    }
}
