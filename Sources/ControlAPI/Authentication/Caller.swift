internal import LinuxIO
internal import Model

/// Who makes a request: the peer of the connection, or the user of the token that the request carries.
struct Caller: Sendable {
    /// The other end of the connection.
    let peer: Peer
    let name: String
    /// The user's number; nil for a token of a name that has no account.
    let uid: UInt32?
    /// The names of the user's groups.
    let groups: [String]
    /// The token that the request carries.
    let tokenID: String?
    /// When that token ends.
    let expiry: WallTime?

    /// The peer itself.
    init(_ peer: Peer) {
        self.peer = peer
        name = peer.name
        uid = peer.uid
        groups = peer.groups
        tokenID = nil
        expiry = nil
    }

    /// The user of a token, and nobody else: what the peer may do plays no part.
    init(_ claims: TokenClaims, over peer: Peer) {
        self.peer = peer
        name = claims.user
        uid = claims.uid
        groups = claims.groups
        tokenID = claims.id
        expiry = WallTime(seconds: claims.expires)
    }

    /// What limits of users count by.
    var key: UserKey { uid.map(UserKey.number) ?? .name(name) }

    /// The user in messages.
    var shown: String { uid.map { "user \(quoted(name)) (uid \($0))" } ?? "user \(quoted(name))" }

    /// Who is recorded: the user, and through which process.
    var requester: Requester {
        Requester(
            uid: uid ?? Requester.unknownUser, name: name, pid: peer.credentials.pid,
            peerUID: tokenID == nil ? nil : peer.uid, tokenID: tokenID)
    }
}

/// A user as limits count: by number, or by name where there is no account.
enum UserKey: Sendable, Hashable {
    case number(UInt32)
    case name(String)
}
