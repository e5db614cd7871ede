import BigInt
import Crypto
import CryptoExtras
import FoundationEssentials

/// A public key, or a secret, with which signatures are verified.
enum VerificationKey: Sendable {
    case rsa(_RSA.Signing.PublicKey)
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case p521(P521.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)
    case secret([UInt8])

    private static let rsaIdentifier = [1, 2, 840, 113549, 1, 1, 1]
    private static let ecIdentifier = [1, 2, 840, 10045, 2, 1]

    /// The key of a SubjectPublicKeyInfo; nil for kinds that nobody verifies with.
    init?(info: ArraySlice<UInt8>) {
        guard let parts = try? DERReader.one(info).children(), parts.count == 2,
            let algorithm = try? parts[0].children(), let identifier = algorithm.first?.identifier
        else { return nil }
        let bits = parts[1].bits
        switch identifier {
        case VerificationKey.rsaIdentifier:
            guard let key = try? _RSA.Signing.PublicKey(unsafeDERRepresentation: Array(info)) else { return nil }
            self = .rsa(key)
        case VerificationKey.ecIdentifier:
            guard let key = VerificationKey(point: bits) else { return nil }
            self = key
        case [1, 3, 101, 112]:
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: Array(bits)) else { return nil }
            self = .ed25519(key)
        default: return nil
        }
    }

    /// The key of an uncompressed point, whose length says the curve.
    init?(point: ArraySlice<UInt8>) {
        let bytes = Array(point)
        switch bytes.count {
        case 65:
            guard let key = try? P256.Signing.PublicKey(x963Representation: bytes) else { return nil }
            self = .p256(key)
        case 97:
            guard let key = try? P384.Signing.PublicKey(x963Representation: bytes) else { return nil }
            self = .p384(key)
        case 133:
            guard let key = try? P521.Signing.PublicKey(x963Representation: bytes) else { return nil }
            self = .p521(key)
        default: return nil
        }
    }

    /// True when the signature of a message is of this key, by an algorithm as JWS names it.
    func isValid(_ signature: [UInt8], of message: [UInt8], algorithm: String) -> Bool {
        switch algorithm.suffix(3) {
        case "256": isValid(signature, of: message, SHA256.self, algorithm)
        case "384": isValid(signature, of: message, SHA384.self, algorithm)
        case "512": isValid(signature, of: message, SHA512.self, algorithm)
        case "DSA":
            if case .ed25519(let key) = self { key.isValidSignature(signature, for: message) } else { false }
        default: false
        }
    }

    private func isValid<Hash: HashFunction>(
        _ signature: [UInt8], of message: [UInt8], _ hash: Hash.Type, _ algorithm: String
    ) -> Bool {
        let family = algorithm.prefix(2)
        switch self {
        case .secret(let secret):
            guard family == "HS" else { return false }
            let code = HMAC<Hash>.authenticationCode(for: message, using: SymmetricKey(data: secret))
            return SignatureCode.areEqual(Array(code), signature)
        case .rsa(let key):
            guard family == "RS" || family == "PS" else { return false }
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature), for: Hash.hash(data: message),
                padding: family == "PS" ? .PSS : .insecurePKCS1v1_5)
        case .p256(let key):
            guard family == "ES", let parsed = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else {
                return false
            }
            return key.isValidSignature(parsed, for: Hash.hash(data: message))
        case .p384(let key):
            guard family == "ES", let parsed = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else {
                return false
            }
            return key.isValidSignature(parsed, for: Hash.hash(data: message))
        case .p521(let key):
            guard family == "ES", let parsed = try? P521.Signing.ECDSASignature(rawRepresentation: signature) else {
                return false
            }
            return key.isValidSignature(parsed, for: Hash.hash(data: message))
        case .ed25519: return false
        }
    }

    /// True when a signature in DER, as certificates have it for curves, is of this key.
    func isValidDER<Hash: HashFunction>(_ signature: [UInt8], of message: [UInt8], _ hash: Hash.Type) -> Bool {
        let digest = Hash.hash(data: message)
        switch self {
        case .p256(let key):
            return (try? P256.Signing.ECDSASignature(derRepresentation: signature)).map {
                key.isValidSignature($0, for: digest)
            } ?? false
        case .p384(let key):
            return (try? P384.Signing.ECDSASignature(derRepresentation: signature)).map {
                key.isValidSignature($0, for: digest)
            } ?? false
        case .p521(let key):
            return (try? P521.Signing.ECDSASignature(derRepresentation: signature)).map {
                key.isValidSignature($0, for: digest)
            } ?? false
        case .rsa(let key):
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature), for: digest, padding: .insecurePKCS1v1_5)
        case .ed25519(let key): return key.isValidSignature(signature, for: message)
        case .secret: return false
        }
    }
}

/// Comparing codes without telling by the time it takes where they differ.
enum SignatureCode {
    static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
