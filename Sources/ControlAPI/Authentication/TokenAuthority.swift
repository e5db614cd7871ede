internal import Crypto
internal import FoundationEssentials
internal import Model

/// Makes bearer tokens and judges those that come: JSON Web Tokens, signed with a key that only the daemon has.
///
/// A token holds until it expires or is revoked (`TokenRevocations`); another key ends all of them.
public struct TokenAuthority: Sendable {
    /// Bytes of a key.
    public static let keyBytes = 32
    /// The longest token that is looked at.
    private static let textMaximum = 8 << 10
    private static let header = JSONValue.object(["alg": "HS256", "typ": "JWT"])

    private let key: SymmetricKey
    private let makeID: @Sendable () -> String

    /// Makes an authority of a secret key; `makeID` names each token.
    public init(key: [UInt8], makeID: @escaping @Sendable () -> String = TokenAuthority.randomID) {
        precondition(key.count == Self.keyBytes, "a token key has \(Self.keyBytes) bytes, not \(key.count)")
        self.key = SymmetricKey(data: key)
        self.makeID = makeID
    }

    /// A new secret key.
    public static func randomKey() -> [UInt8] { SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) } }

    /// Sixteen random hexadecimal digits.
    public static func randomID() -> String {
        let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Whether a text has the form of what names a token.
    static func isID(_ text: String) -> Bool {
        text.utf8.count == 16 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Makes a token.
    func make(user: String, uid: UInt32?, groups: [String], now: WallTime, seconds: Int64) throws(ModelError) -> (
        text: String, claims: TokenClaims
    ) {
        let time = now.nanoseconds / 1_000_000_000
        let claims = TokenClaims(
            user: user, uid: uid, groups: groups, made: time, expires: time + seconds, id: makeID())
        return (try sign(claims, header: Self.header), claims)
    }

    /// The text of a token that says something.
    func sign(_ claims: TokenClaims, header: JSONValue) throws(ModelError) -> String {
        let signed =
            Base64URL.encode(header.canonicalBytes) + "."
            + Base64URL.encode(try JSONValue(encoding: claims).canonicalBytes)
        let code = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: key)
        return signed + "." + Base64URL.encode(Array(code))
    }

    /// What a token says; throws 401 for one that is forged, expired, not meant for the API, or no token.
    func claims(of token: some StringProtocol, now: WallTime) throws(APIFailure) -> TokenClaims {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard token.utf8.count <= Self.textMaximum, parts.count == 3, let code = Base64URL.decode(parts[2]),
            HMAC<SHA256>.isValidAuthenticationCode(
                code, authenticating: Array("\(parts[0]).\(parts[1])".utf8), using: key),
            let header = Base64URL.decode(parts[0]).flatMap({ try? JSONValue(parsing: $0) }),
            header["alg"] == "HS256",
            let json = Base64URL.decode(parts[1]).flatMap({ try? JSONValue(parsing: $0) }),
            let claims = try? json.decode(TokenClaims.self, field: "token")
        else { throw .unauthorized("the token is not one that this daemon made; make one with aetherctl token") }
        guard claims.issuer == TokenClaims.issuer, claims.audience == TokenClaims.audience else {
            throw .unauthorized(
                "the token \(claims.id) is meant for \(quoted(claims.audience)), not for the control API; "
                    + "make one with aetherctl token")
        }
        guard now.nanoseconds / 1_000_000_000 < claims.expires else {
            throw .unauthorized("the token \(claims.id) has expired; make another with aetherctl token")
        }
        return claims
    }
}

/// The letters of base 64 that are safe in a URL, without padding.
enum Base64URL {
    static func encode(_ bytes: [UInt8]) -> String {
        swapping(Data(bytes).base64EncodedString().filter { $0 != "=" }, ["+": "-", "/": "_"])
    }

    /// The bytes; nil for anything that `encode` does not write.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let plain = swapping(String(text), ["-": "+", "_": "/"])
        let padding = String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: plain + padding) else { return nil }
        let bytes = Array(data)
        // One value has one text: what is left over in the last letter is zero.
        return encode(bytes) == String(text) ? bytes : nil
    }

    private static func swapping(_ text: String, _ letters: [Character: Character]) -> String {
        String(text.map { letters[$0] ?? $0 })
    }
}
