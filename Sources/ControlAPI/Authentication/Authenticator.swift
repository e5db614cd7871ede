internal import Model
internal import NIOHTTP1

/// Finds out who makes a request.
///
/// A request that carries credentials is judged by them alone: it never falls back to the peer of the connection, so
/// that nobody reaches through a proxy what the proxy's own user may do.
struct Authenticator: Sendable {
    /// What the proxy adds to every request that it forwards: only a token may say who asks.
    static let tokenRequiredHeader = "AetherEdge-Token-Required"

    let tokens: TokenAuthority?
    let revocations: TokenRevocations?
    let now: @Sendable () -> WallTime

    func caller(of headers: HTTPHeaders, over peer: Peer) throws(APIFailure) -> Caller {
        let credentials = headers["Authorization"]
        guard let credential = credentials.first else {
            guard headers[Self.tokenRequiredHeader].isEmpty else {
                throw .unauthorized(
                    "the request carries no token: send 'Authorization: Bearer TOKEN' with one from aetherctl token")
            }
            return Caller(peer)
        }
        guard credentials.count == 1 else { throw .unauthorized("the request carries credentials more than once") }
        let parts = credential.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw .unauthorized("the request's credentials are no bearer token; make one with aetherctl token")
        }
        guard let tokens else { throw .unauthorized("this daemon takes no tokens") }
        let caller = Caller(try tokens.claims(of: parts[1], now: now()), over: peer)
        try check(caller)
        return caller
    }

    /// Throws when the token of a caller does not hold any more.
    func check(_ caller: Caller) throws(APIFailure) {
        guard let id = caller.tokenID else { return }
        if let expiry = caller.expiry, now() >= expiry {
            throw .unauthorized("the token \(id) has expired; make another with aetherctl token")
        }
        if revocations?.contains(id) == true {
            throw .unauthorized("the token \(id) was revoked; make another with aetherctl token")
        }
    }
}
