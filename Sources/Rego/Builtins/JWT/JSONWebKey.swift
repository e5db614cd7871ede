import BigInt
import Crypto
import CryptoExtras
import FoundationEssentials

/// A key of a JWK set: what verifies, what signs, and what it is meant for.
struct JSONWebKey: Sendable {
    let algorithm: String
    let identifier: String
    let verification: VerificationKey?
    private let members: RegoObject

    static let algorithms: Set<String> = [
        "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "HS256", "HS384", "HS512",
        "EdDSA",
    ]

    init(verification: VerificationKey) {
        algorithm = ""
        identifier = ""
        self.verification = verification
        members = RegoObject()
    }

    private init(_ object: RegoObject) throws(BuiltinError) {
        members = object
        algorithm = object["alg"]?.string ?? ""
        identifier = object["kid"]?.string ?? ""
        verification = try JSONWebKey.verification(of: object)
    }

    /// The keys of a text: one key or a set of them.
    static func parse(_ text: [UInt8]) throws(BuiltinError) -> [JSONWebKey] {
        guard case .object(let object)? = try? RegoValue(json: text) else {
            throw BuiltinError("failed to unmarshal JWK set: invalid JSON")
        }
        guard case .array(let list)? = object["keys"] else { return [try JSONWebKey(object)] }
        var made: [JSONWebKey] = []
        for element in list {
            guard case .object(let key) = element else { throw BuiltinError("failed to unmarshal JWK: not an object") }
            made.append(try JSONWebKey(key))
        }
        return made
    }

    private static func bytes(_ name: String, of object: RegoObject) throws(BuiltinError) -> [UInt8] {
        guard let text = object[name]?.string, let bytes = try? Base64.decodeURL(Array(text.utf8)), !bytes.isEmpty
        else { throw BuiltinError("failed to unmarshal JWK: required field \"\(name)\" is missing or invalid") }
        return bytes
    }

    private static func verification(of object: RegoObject) throws(BuiltinError) -> VerificationKey? {
        switch object["kty"]?.string {
        case "RSA"?:
            let key = try? _RSA.Signing.PublicKey(n: try bytes("n", of: object), e: try bytes("e", of: object))
            if let key { return .rsa(key) }
            _ = try bytes("n", of: object)
            _ = try bytes("e", of: object)
            throw BuiltinError("failed to unmarshal JWK: invalid RSA key")
        case "EC"?:
            let sizes = ["P-256": 32, "P-384": 48, "P-521": 66]
            guard let curve = object["crv"]?.string, let size = sizes[curve] else {
                throw BuiltinError("failed to unmarshal JWK: unknown curve")
            }
            let x = BigUInt(bytes: try bytes("x", of: object)).bytes(count: size)
            let y = BigUInt(bytes: try bytes("y", of: object)).bytes(count: size)
            guard let key = VerificationKey(point: ([4] + x + y)[...]) else {
                throw BuiltinError("failed to unmarshal JWK: invalid point")
            }
            return key
        case "OKP"?:
            let raw = try bytes("x", of: object)
            return (try? Curve25519.Signing.PublicKey(rawRepresentation: raw)).map { .ed25519($0) }
        case "oct"?: return .secret(try bytes("k", of: object))
        default: throw BuiltinError("failed to unmarshal JWK: invalid key type")
        }
    }

    /// The signature of a message by an algorithm.
    func sign(_ message: [UInt8], algorithm: String) throws(BuiltinError) -> [UInt8] {
        switch algorithm.suffix(3) {
        case "256": return try sign(message, SHA256.self, algorithm)
        case "384": return try sign(message, SHA384.self, algorithm)
        case "512": return try sign(message, SHA512.self, algorithm)
        default:
            let secret = try JSONWebKey.bytes("d", of: members)
            guard members["kty"] == "OKP",
                let signature = try? Curve25519.Signing.PrivateKey(rawRepresentation: secret).signature(for: message)
            else { throw wrongKey(algorithm) }
            return Array(signature)
        }
    }

    private func wrongKey(_ algorithm: String) -> BuiltinError {
        BuiltinError("failed to sign: key does not fit algorithm \(algorithm)")
    }

    private func sign<Hash: HashFunction>(
        _ message: [UInt8], _ hash: Hash.Type, _ algorithm: String
    ) throws(BuiltinError) -> [UInt8] {
        let kind = members["kty"]?.string ?? ""
        let digest = Hash.hash(data: message)
        switch (algorithm.prefix(2), kind) {
        case ("HS", "oct"):
            let secret = SymmetricKey(data: try JSONWebKey.bytes("k", of: members))
            return Array(HMAC<Hash>.authenticationCode(for: message, using: secret))
        case ("RS", "RSA"), ("PS", "RSA"):
            let padding = algorithm.hasPrefix("PS") ? _RSA.Signing.Padding.PSS : .insecurePKCS1v1_5
            guard let signature = try? rsaKey().signature(for: digest, padding: padding) else {
                throw wrongKey(algorithm)
            }
            return Array(signature.rawRepresentation)
        case ("ES", "EC"):
            let secret = BigUInt(bytes: try JSONWebKey.bytes("d", of: members))
            let signature: Data?
            switch members["crv"]?.string {
            case "P-256"?:
                signature = try? P256.Signing.PrivateKey(rawRepresentation: secret.bytes(count: 32))
                    .signature(for: digest).rawRepresentation
            case "P-384"?:
                signature = try? P384.Signing.PrivateKey(rawRepresentation: secret.bytes(count: 48))
                    .signature(for: digest).rawRepresentation
            default:
                signature = try? P521.Signing.PrivateKey(rawRepresentation: secret.bytes(count: 66))
                    .signature(for: digest).rawRepresentation
            }
            guard let signature else { throw wrongKey(algorithm) }
            return Array(signature)
        default: throw wrongKey(algorithm)
        }
    }

    private func rsaKey() throws -> _RSA.Signing.PrivateKey {
        let n = try JSONWebKey.bytes("n", of: members)
        let e = try JSONWebKey.bytes("e", of: members)
        let d = try JSONWebKey.bytes("d", of: members)
        guard let p = try? JSONWebKey.bytes("p", of: members), let q = try? JSONWebKey.bytes("q", of: members) else {
            return try _RSA.Signing.PrivateKey._createFromNumbers(n: n, e: e, d: d)
        }
        return try _RSA.Signing.PrivateKey(n: n, e: e, d: d, p: p, q: q)
    }
}
