import Crypto
import FoundationEssentials

/// `crypto.md5`, `crypto.sha1`, `crypto.sha256` and `crypto.hmac.*`.
enum DigestBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        digest("crypto.md5", Insecure.MD5.self), digest("crypto.sha1", Insecure.SHA1.self),
        digest("crypto.sha256", SHA256.self), code("crypto.hmac.md5", Insecure.MD5.self),
        code("crypto.hmac.sha1", Insecure.SHA1.self), code("crypto.hmac.sha256", SHA256.self),
        code("crypto.hmac.sha512", SHA512.self),
        BuiltinDeclaration("crypto.hmac.equal", [.string, .string], .boolean) {
            (_, arguments) throws(BuiltinError) in
            .bool(SignatureCode.areEqual(try arguments.string(0).utf8, try arguments.string(1).utf8))
        },
    ]

    private static func digest<Hash: HashFunction>(_ name: String, _ hash: Hash.Type) -> BuiltinDeclaration {
        BuiltinDeclaration(name, [.string], .string) { (_, arguments) throws(BuiltinError) in
            RegoValue(Hexadecimal.text(Hash.hash(data: try arguments.string(0).utf8)))
        }
    }

    private static func code<Hash: HashFunction>(_ name: String, _ hash: Hash.Type) -> BuiltinDeclaration {
        BuiltinDeclaration(name, [.string, .string], .string) { (_, arguments) throws(BuiltinError) in
            let message = try arguments.string(0).utf8
            let key = SymmetricKey(data: try arguments.string(1).utf8)
            return RegoValue(Hexadecimal.text(HMAC<Hash>.authenticationCode(for: message, using: key)))
        }
    }
}
