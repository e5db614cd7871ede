internal import LinuxIO

/// Who may do what, by the credentials of the socket's peer.
///
/// Administrators may do everything, readers may read, and everyone may ask for health and version.
public struct Authorizer: Sendable, Hashable {
    /// Users who administer: root, and the daemon's own user.
    public var administratorUsers: Set<UInt32>
    /// Groups whose members administer.
    public var administratorGroups: Set<UInt32>
    /// Groups whose members read.
    public var readerGroups: Set<UInt32>
    /// What the groups are called in messages.
    public var groupNames: (administrators: String, readers: String) {
        (administratorGroupName, readerGroupName)
    }

    private let administratorGroupName: String
    private let readerGroupName: String

    /// Makes the rules of a host; root always administers.
    public init(
        administratorUsers: Set<UInt32> = [], administratorGroups: Set<UInt32> = [], readerGroups: Set<UInt32> = [],
        administratorGroupName: String = "aetheredge-admin", readerGroupName: String = "aetheredge"
    ) {
        self.administratorUsers = administratorUsers.union([0])
        self.administratorGroups = administratorGroups
        self.readerGroups = readerGroups
        self.administratorGroupName = administratorGroupName
        self.readerGroupName = readerGroupName
    }

    /// What a request needs.
    enum Right: Sendable, Hashable {
        case open
        case read
        case administer
    }

    /// Whether a peer has a right.
    func allows(_ right: Right, _ peer: PeerCredentials) -> Bool {
        switch right {
        case .open: true
        case .read: isMember(peer, of: readerGroups) || allows(.administer, peer)
        case .administer:
            administratorUsers.contains(peer.uid) || isMember(peer, of: administratorGroups)
        }
    }

    /// Throws what a peer without a right hears.
    func require(_ right: Right, _ peer: Peer, to action: String) throws(APIFailure) {
        if allows(right, peer.credentials) { return }
        let user = "user '\(peer.name)' (uid \(peer.uid))"
        let groups =
            right == .administer
            ? "group '\(administratorGroupName)'" : "group '\(readerGroupName)' or '\(administratorGroupName)'"
        throw .forbidden("\(user) may not \(action): join \(groups), or use sudo")
    }

    /// Whether a user has a place even when others use up theirs.
    func isPrivileged(_ uid: UInt32) -> Bool { administratorUsers.contains(uid) }

    private func isMember(_ peer: PeerCredentials, of groups: Set<UInt32>) -> Bool {
        groups.contains(peer.gid) || peer.groups.contains { groups.contains($0) }
    }
}
