import LinuxIO
import Model
import NIOHTTP1
import Testing

@testable import ControlAPI

@Suite struct TokenTests {
    private static let key = [UInt8](repeating: 7, count: TokenAuthority.keyBytes)
    private static let now = WallTime(nanoseconds: 1_790_000_000_000_000_000)
    private let tokens = TokenAuthority(key: key) { "id-1" }

    private func make(seconds: Int64 = 60) throws -> String {
        try tokens.make(user: "mira", uid: 1000, groups: ["aetheredge"], now: Self.now, seconds: seconds).text
    }

    private func status(_ token: String, after seconds: Int64 = 0) -> APIStatus? {
        do throws(APIFailure) {
            _ = try tokens.claims(
                of: token, now: WallTime(nanoseconds: Self.now.nanoseconds + seconds * 1_000_000_000))
            return nil
        } catch {
            return error.status
        }
    }

    @Test func `a token says whose it is until it expires`() throws {
        let token = try make()
        let claims = try tokens.claims(of: token, now: Self.now)
        #expect(claims.user == "mira")
        #expect(claims.uid == 1000)
        #expect(claims.groups == ["aetheredge"])
        #expect(claims.id == "id-1")
        #expect(status(token, after: 59) == nil)
        #expect(status(token, after: 60)?.code == 401)
        #expect(status(token, after: 60)?.message.contains("has expired") == true)
    }

    @Test func `no letter of a token can be changed`() throws {
        let token = try make()
        for index in token.indices {
            var other = token
            other.replaceSubrange(index...index, with: token[index] == "A" ? "B" : "A")
            #expect(status(other)?.code == 401, "\(other)")
        }
        #expect(status(String(token.dropLast()))?.code == 401)
        #expect(status(token + "=")?.code == 401)
    }

    @Test(arguments: ["", ".", "..", "a.b", "a.b.c.d", "é.é.é", String(repeating: "a", count: 9000)])
    func `what is no token is refused`(_ text: String) {
        #expect(status(text)?.reason == "Unauthorized")
    }

    @Test func `a token of another key, for another service or by another algorithm is refused`() throws {
        let other = TokenAuthority(key: TokenAuthority.randomKey())
        let foreign = try other.make(user: "root", uid: 0, groups: [], now: Self.now, seconds: 60).text
        #expect(status(foreign)?.code == 401)
        var claims = try tokens.claims(of: try make(), now: Self.now)
        claims.audience = "another"
        let elsewhere = try tokens.sign(claims, header: ["alg": "HS256"])
        #expect(status(elsewhere)?.message.contains("meant for \"another\"") == true)
        claims.audience = TokenClaims.audience
        #expect(status(try tokens.sign(claims, header: ["alg": "none"]))?.code == 401)
        #expect(status(try tokens.sign(claims, header: ["alg": "HS256"])) == nil)
    }

    @Test func `a request that carries credentials is never taken for the peer's own`() throws {
        let authenticator = Authenticator(tokens: tokens, revocations: nil) { Self.now }
        let root = Peer(credentials: PeerCredentials(pid: 5, uid: 0, gid: 0, groups: []), name: "root")
        func caller(_ headers: [(String, String)]) -> Caller? {
            try? authenticator.caller(of: HTTPHeaders(headers), over: root)
        }
        #expect(caller([])?.uid == 0)
        let mira = caller([("Authorization", "bearer \(try make())")])
        #expect(mira?.name == "mira")
        #expect(mira?.uid == 1000)
        #expect(mira?.requester.tokenID == "id-1")
        #expect(mira?.requester.peerUID == 0)
        for value in ["", "Bearer", "Bearer ", "Basic cm9vdDo=", "Bearer a b", "Bearer x"] {
            #expect(caller([("Authorization", value)]) == nil, "\(value)")
        }
        let token = try make()
        #expect(caller([("Authorization", "Bearer \(token)"), ("Authorization", "Bearer \(token)")]) == nil)
        #expect(caller([(Authenticator.tokenRequiredHeader, "true")]) == nil)
        #expect(caller([(Authenticator.tokenRequiredHeader, "true"), ("Authorization", "Bearer \(token)")]) != nil)
        let without = Authenticator(tokens: nil, revocations: nil) { Self.now }
        #expect((try? without.caller(of: ["Authorization": "Bearer \(token)"], over: root)) == nil)
    }

    @Test func `a token has the rights of its groups by name, and no place of root`() throws {
        let authorizer = Authorizer(administratorGroups: [7], readerGroups: [8])
        let peer = Peer(credentials: PeerCredentials(pid: 5, uid: 1, gid: 7, groups: [8]), name: "u")
        func caller(_ uid: UInt32?, _ groups: [String]) -> Caller {
            Caller(TokenClaims(user: "x", uid: uid, groups: groups, made: 0, expires: 1, id: "t"), over: peer)
        }
        #expect(!authorizer.allows(.read, caller(5, [])))
        #expect(authorizer.allows(.read, caller(5, ["aetheredge"])))
        #expect(!authorizer.allows(.administer, caller(5, ["aetheredge"])))
        #expect(authorizer.allows(.administer, caller(nil, ["aetheredge-admin"])))
        #expect(authorizer.allows(.administer, caller(0, [])))
        #expect(!authorizer.isPrivileged(caller(0, [])))
    }
}
