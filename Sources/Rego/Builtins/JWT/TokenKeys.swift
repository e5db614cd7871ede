/// The keys that a certificate, a public key or a JWK set holds.
enum TokenKeys {
    static func parse(_ text: RegoString) throws(BuiltinError) -> [JSONWebKey] {
        let bytes = text.utf8
        if let (block, rest) = PEMBlock.first(in: bytes[...]) {
            if !rest.isEmpty { throw BuiltinError("extra data after a PEM certificate block") }
            switch block.type {
            case "CERTIFICATE":
                do throws(BuiltinError) {
                    let certificate = try X509Certificate(block.bytes[...])
                    guard let key = certificate.key else { throw DERReader.malformed }
                    return [JSONWebKey(verification: key)]
                } catch {
                    throw BuiltinError("failed to parse a PEM certificate: \(error.message)")
                }
            case "PUBLIC KEY":
                guard let key = VerificationKey(info: block.bytes[...]) else {
                    throw BuiltinError("failed to parse a PEM public key: asn1: structure error")
                }
                return [JSONWebKey(verification: key)]
            default: throw BuiltinError("failed to extract a Key from the PEM certificate")
            }
        }
        do throws(BuiltinError) {
            let keys = try JSONWebKey.parse(bytes)
            return keys.filter { $0.algorithm.isEmpty || JSONWebKey.algorithms.contains($0.algorithm) }
        } catch {
            throw BuiltinError("failed to parse a JWK key (set): \(error.message)")
        }
    }

    /// True when one of the keys signed: the one the token names, else any whose algorithm may be the token's.
    static func verify(
        _ token: JSONWebToken, _ keys: [JSONWebKey], identifier: String, algorithm: String, verifyingAs verified: String
    ) throws(BuiltinError) -> Bool {
        let signature = try JSONWebToken.decode(token.signature, "signature")
        func isValid(_ key: JSONWebKey) -> Bool {
            key.verification?.isValid(signature, of: token.signed, algorithm: verified) ?? false
        }
        if !identifier.isEmpty, let key = keys.first(where: { $0.identifier == identifier }) { return isValid(key) }
        return keys.contains { ($0.algorithm.isEmpty || $0.algorithm == algorithm) && isValid($0) }
    }
}
