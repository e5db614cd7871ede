import Model
import NIOHTTP1

@testable import ControlAPI

extension FuzzTarget {
    /// Bytes on a connection of the control API: requests, their routes, and what answers them.
    ///
    /// First a stranger sends them, then root.
    static let http = FuzzTarget(name: "http") { input in
        let requests = try FuzzedConnection.requests(input)
        if requests.isEmpty { return }
        let api = try await FuzzedAPI.taken()
        for request in requests.prefix(4) { try await api.exchange(request, from: .stranger) }
        for request in requests.prefix(4) { try await api.exchange(request, from: .root) }
        api.giveBack()
    }

    /// Bearer tokens, and what goes on from one page of a list to the next.
    static let token = FuzzTarget(name: "token") { input in
        let text = String(decoding: input, as: UTF8.self)
        try ForgedTokens.shared.get().requireRefused(input, text)
        if let bytes = Base64URL.decode(text) {
            try FuzzFinding.require(Base64URL.encode(bytes) == text, "one value has two texts")
        }
        try FuzzFinding.require(Base64URL.decode(Base64URL.encode(input)) == input, "bytes do not survive base 64")
        try FuzzFinding.require(
            PercentEncoding.decode(Substring(PercentEncoding.encode(text))) == text, "a text does not survive a URL")
        if let token = ContinueToken(text: text) {
            try FuzzFinding.require(ContinueToken(text: token.text) == token, "a page is lost")
        }
    }

    /// Reviews in the wire format of Protocol Buffers: as the object of an envelope, and as the whole body.
    static let protobuf = FuzzTarget(name: "protobuf") { input in
        let api = try await FuzzedAPI.taken()
        let magic = Array("k8s\u{0}".utf8)
        for review in [ReviewResource.accessReview, .selfReview, .rulesReview] {
            let type = field(1, Array(review.apiVersion.utf8)) + field(2, Array(review.kind.utf8))
            try await api.compareForms(of: review, magic + field(1, type) + field(2, input))
            try await api.compareForms(of: review, input)
        }
        api.giveBack()
    }

    /// A field of bytes.
    private static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        var length: [UInt8] = []
        var rest = bytes.count
        repeat {
            length.append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
            rest >>= 7
        } while rest > 0
        return [number << 3 | 2] + length + bytes
    }
}

/// One token that was made, and attempts to pass something else off as one.
struct ForgedTokens: Sendable {
    static let shared = Result { try ForgedTokens() }

    private static let now = WallTime(seconds: 1_790_000_000)
    private let authority = TokenAuthority(key: [UInt8](repeating: 7, count: TokenAuthority.keyBytes)) {
        "0123456789abcdef"
    }
    private let genuine: String

    private init() throws {
        genuine = try authority.make(user: "mira", uid: 1000, groups: [], now: Self.now, seconds: 60).text
        let claims = try authority.claims(of: genuine, now: Self.now)
        try FuzzFinding.require(claims.user == "mira", "a token that was made is refused")
    }

    /// Requires that nothing that can be made of an input is taken for a token: the input itself, each part of the
    /// genuine token replaced by it, and the genuine token with the changes that it describes, each two bytes of
    /// position and one of bits.
    func requireRefused(_ input: [UInt8], _ text: String) throws {
        try requireRefused(text)
        for index in 0..<3 {
            var parts = genuine.split(separator: ".").map(String.init)
            parts[index] = text
            try requireRefused(parts.joined(separator: "."))
        }
        var bytes = Array(genuine.utf8)
        for start in stride(from: 0, to: min(input.count, 48) - 2, by: 3) {
            bytes[(Int(input[start]) << 8 | Int(input[start + 1])) % bytes.count] ^= input[start + 2]
        }
        try requireRefused(String(decoding: bytes, as: UTF8.self))
        try requireRefused(String(genuine.prefix(Int(input.first ?? 0))))
        try requireSurvival(input)
    }

    /// Whatever the daemon itself signs is judged without harm.
    private func requireSurvival(_ input: [UInt8]) throws {
        guard let claims = try? JSONValue(parsing: input).decode(TokenClaims.self, field: "token") else { return }
        let text = try authority.sign(claims, header: ["alg": "HS256"])
        guard let read = try? authority.claims(of: text, now: Self.now) else { return }
        try FuzzFinding.require(read == claims, "a token does not say what was signed")
        _ = Caller(read, over: .root)
    }

    private func requireRefused(_ text: String) throws {
        if text == genuine { return }
        try requireUnauthorized("a forged token is taken: \(text)") { () throws(APIFailure) in
            _ = try authority.claims(of: text, now: Self.now)
        }
        // Spaces around it do not make another token of it.
        if text.split(separator: " ") == [Substring(genuine)] { return }
        let authenticator = Authenticator(tokens: authority, revocations: nil) { Self.now }
        try requireUnauthorized("a request with a forged token is taken: \(text)") { () throws(APIFailure) in
            _ = try authenticator.caller(of: ["Authorization": "Bearer \(text)"], over: .root)
        }
    }

    private func requireUnauthorized(_ finding: String, _ body: () throws(APIFailure) -> Void) throws {
        do throws(APIFailure) { try body() } catch {
            try FuzzFinding.require(
                error.status.code == 401 && !error.status.message.isEmpty, "a forged token is refused without a word")
            return
        }
        throw FuzzFinding(description: finding)
    }
}
