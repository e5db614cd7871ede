import Crypto
import CryptoExtras
import FoundationEssentials
import Rego

/// With what the signature of a bundle is verified.
public struct BundleVerification: Sendable {
    /// A secret, or the file that holds a public key.
    public var key: String
    /// The name of the key.
    public var keyID = "default"
    /// The algorithm of the signature, as JWS names it.
    public var algorithm = "RS256"
    /// What the signature must say that it is for.
    public var scope = ""
    /// Names of files that are not verified; shell patterns.
    public var excluded: [String] = []

    /// Verifies with a key.
    public init(key: String) { self.key = key }
}

/// With what a bundle is signed.
public struct BundleSigning: Sendable {
    /// A secret, or the file that holds a private key.
    public var key: String
    /// The algorithm of the signature, as JWS names it.
    public var algorithm = "RS256"
    /// A file of JSON with more claims.
    public var claims: String?

    /// Signs with a key.
    public init(key: String) { self.key = key }
}

/// The file `.signatures.json` of a bundle: a token over the digests of its files.
enum BundleSignature {
    static let path = ".signatures.json"
    private static let algorithms: Set<String> = [
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
        "ES384", "ES512",
    ]

    // MARK: Verifying

    static func verify(
        _ files: [BundleFile], by verification: BundleVerification, of bundle: String
    ) throws(PolicyProblem) {
        func failure(_ reason: String) -> PolicyProblem {
            PolicyProblem("\(bundle): bundle signature verification failed: \(reason)")
        }
        guard let file = files.first(where: { $0.path == path }) else {
            throw failure("it has no \(path)")
        }
        guard let tokens = (try? RegoValue(json: file.bytes))?["signatures"],
            case .array(let list) = tokens,
            list.count == 1, let token = list.first?.string
        else { throw failure("\(path) must have one signature") }
        guard algorithms.contains(verification.algorithm) else {
            throw failure("the algorithm \(verification.algorithm) is unknown")
        }
        let payload = try payload(of: token, verification, failure)
        if let scope = payload["scope"]?.string ?? (verification.scope.isEmpty ? nil : ""),
            scope != verification.scope
        {
            throw failure("scope mismatch")
        }
        guard case .array(let entries)? = payload["files"] else {
            throw failure("the signature names no files")
        }
        var wanted: [String: (hash: String, algorithm: String)] = [:]
        for entry in entries {
            guard let name = entry["name"]?.string, let hash = entry["hash"]?.string else {
                throw failure("the signature names a file without a digest")
            }
            wanted[name.hasPrefix("/") ? String(name.dropFirst()) : name] =
                (hash, entry["algorithm"]?.string ?? "SHA-256")
        }
        for file in files where file.path != path && !isExcluded(file, verification) {
            guard let entry = wanted.removeValue(forKey: file.path) else {
                throw failure("file \(file.path) not included in bundle signature")
            }
            let digest = try digest(of: file, algorithm: entry.algorithm)
            guard digest == entry.hash.lowercased() else {
                throw failure("\(file.path): digest mismatch (want: \(entry.hash), got: \(digest))")
            }
        }
        let missing = wanted.keys.filter { name in
            !isExcluded(BundleFile(path: name, bytes: []), verification)
        }
        guard missing.isEmpty else {
            throw failure(
                "file(s) \(missing.sorted()) specified in bundle signatures but not found in the target bundle"
            )
        }
    }

    private static func isExcluded(_ file: BundleFile, _ verification: BundleVerification) -> Bool {
        verification.excluded.contains {
            PolicyLoader.matches($0, file.path) || PolicyLoader.matches($0, file.name)
        }
    }

    private static func payload(
        of token: String, _ verification: BundleVerification, _ failure: (String) -> PolicyProblem
    ) throws(PolicyProblem) -> RegoValue {
        let input: RegoValue = [
            "token": RegoValue(token),
            "key": RegoValue(String(decoding: try keyBytes(verification.key), as: UTF8.self)),
        ]
        let verify = "io.jwt.verify_" + verification.algorithm.lowercased()
        do {
            let engine = try RegoEngine(modules: [])
            let options = EvaluationOptions(isStrict: true)
            let parts = try engine.prepare("io.jwt.decode(input.token)").evaluate(
                input: input, options: options
            ).value
            guard case .array(let list)? = parts, list.count == 3 else {
                throw failure("the signature is no token")
            }
            let header = list.elements[0]
            guard header["alg"]?.string == verification.algorithm else {
                throw failure("the signature is not by \(verification.algorithm)")
            }
            let isValid = try engine.prepare("\(verify)(input.token, input.key)")
                .evaluate(input: input, options: options).value
            guard isValid == true else {
                throw failure("the signature is not of key \(verification.keyID)")
            }
            return list.elements[1]
        } catch let problem as PolicyProblem {
            throw problem
        } catch {
            throw failure("\(error)")
        }
    }

    // MARK: Digests

    /// The digest of a file; of documents, that of their JSON in one form.
    static func digest(of file: BundleFile, algorithm: String) throws(PolicyProblem) -> String {
        let bytes = isDocument(file) ? try canonical(file) : file.bytes
        let digest: [UInt8]
        switch algorithm.uppercased() {
        case "SHA-256": digest = Array(SHA256.hash(data: bytes))
        case "SHA-384": digest = Array(SHA384.hash(data: bytes))
        case "SHA-512": digest = Array(SHA512.hash(data: bytes))
        case "SHA-1": digest = Array(Insecure.SHA1.hash(data: bytes))
        case "MD5": digest = Array(Insecure.MD5.hash(data: bytes))
        default:
            throw PolicyProblem(
                "\(file.path): digests of \(algorithm) are not computed; use SHA-256 or SHA-512")
        }
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func isDocument(_ file: BundleFile) -> Bool {
        [BundleManifest.path, "data.json", "data.yaml", "data.yml"].contains(file.name)
    }

    /// The JSON of a document with sorted keys, without spaces, and with `<`, `>` and `&` as they are.
    private static func canonical(_ file: BundleFile) throws(PolicyProblem) -> [UInt8] {
        let value: RegoValue
        do {
            let isYAML = file.name.hasSuffix(".yaml") || file.name.hasSuffix(".yml")
            value =
                try isYAML
                ? RegoValue(yaml: String(decoding: file.bytes, as: UTF8.self)) : RegoValue(json: file.bytes)
        } catch {
            throw PolicyProblem("\(file.path): \(error)")
        }
        return unescaped(value.jsonBytes)
    }

    private static func unescaped(_ json: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(json.count)
        var index = 0
        while index < json.count {
            guard json[index] == UInt8(ascii: "\\"), index + 1 < json.count else {
                output.append(json[index])
                index += 1
                continue
            }
            switch String(decoding: json[index..<min(index + 6, json.count)], as: UTF8.self) {
            case "\\u003c": output.append(UInt8(ascii: "<"))
            case "\\u003e": output.append(UInt8(ascii: ">"))
            case "\\u0026": output.append(UInt8(ascii: "&"))
            default:
                output += json[index..<index + 2]
                index += 2
                continue
            }
            index += 6
        }
        return output
    }

    // MARK: Signing

    /// The file with the signature over other files.
    static func sign(_ files: [BundleFile], by signing: BundleSigning) throws(PolicyProblem)
        -> BundleFile
    {
        guard algorithms.contains(signing.algorithm) else {
            throw PolicyProblem(
                "unknown signing algorithm '\(signing.algorithm)'; use \(algorithms.sorted().joined(separator: ", "))"
            )
        }
        var payload = RegoObject()
        if let path = signing.claims {
            guard case .object(let claims)? = try? RegoValue(json: try PolicyFile.bytes(of: path)) else {
                throw PolicyProblem("\(path): the claims must be an object of JSON")
            }
            payload = claims
        }
        let entries = try files.map { (file) throws(PolicyProblem) -> RegoValue in
            [
                "name": RegoValue(file.path), "hash": RegoValue(try digest(of: file, algorithm: "SHA-256")),
                "algorithm": "SHA-256",
            ]
        }
        payload.insert("files", .array(RegoArray(entries)))
        var header = RegoObject()
        header.insert("alg", RegoValue(signing.algorithm))
        header.insert("typ", "JWT")
        if let keyID = payload["keyid"]?.string { header.insert("kid", RegoValue(keyID)) }
        let signed =
            encoded(RegoValue.object(header).jsonBytes) + "."
            + encoded(RegoValue.object(payload).jsonBytes)
        let signature = try signature(of: Array(signed.utf8), signing)
        let value: RegoValue = ["signatures": [RegoValue(signed + "." + encoded(signature))]]
        return BundleFile(path: path, bytes: value.jsonBytes)
    }

    private static func signature(of message: [UInt8], _ signing: BundleSigning) throws(PolicyProblem)
        -> [UInt8]
    {
        let key = try keyBytes(signing.key)
        switch signing.algorithm.suffix(3) {
        case "256": return try signature(of: message, SHA256.self, key, signing)
        case "384": return try signature(of: message, SHA384.self, key, signing)
        default: return try signature(of: message, SHA512.self, key, signing)
        }
    }

    private static func signature<Hash: HashFunction>(
        of message: [UInt8], _ hash: Hash.Type, _ key: [UInt8], _ signing: BundleSigning
    ) throws(PolicyProblem) -> [UInt8] {
        let digest = Hash.hash(data: message)
        let text = String(decoding: key, as: UTF8.self)
        do {
            switch signing.algorithm {
            case "HS256", "HS384", "HS512":
                return Array(HMAC<Hash>.authenticationCode(for: message, using: SymmetricKey(data: key)))
            case "ES256":
                return Array(
                    try P256.Signing.PrivateKey(pemRepresentation: text).signature(for: digest)
                        .rawRepresentation)
            case "ES384":
                return Array(
                    try P384.Signing.PrivateKey(pemRepresentation: text).signature(for: digest)
                        .rawRepresentation)
            case "ES512":
                return Array(
                    try P521.Signing.PrivateKey(pemRepresentation: text).signature(for: digest)
                        .rawRepresentation)
            default:
                let padding: _RSA.Signing.Padding =
                    signing.algorithm.hasPrefix("PS") ? .PSS : .insecurePKCS1v1_5
                return Array(
                    try _RSA.Signing.PrivateKey(pemRepresentation: text).signature(
                        for: digest, padding: padding
                    )
                    .rawRepresentation)
            }
        } catch {
            throw PolicyProblem("the signing key is no private key for \(signing.algorithm) in PEM")
        }
    }

    /// The contents of the file that is named, or the name itself, which is a secret then.
    private static func keyBytes(_ key: String) throws(PolicyProblem) -> [UInt8] {
        guard PolicyFile.exists(key) else { return Array(key.utf8) }
        return try PolicyFile.bytes(of: key)
    }

    private static func encoded(_ bytes: [UInt8]) -> String {
        String(
            Data(bytes).base64EncodedString().map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }.filter {
                $0 != "="
            })
    }
}
