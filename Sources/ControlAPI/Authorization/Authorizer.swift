internal import LinuxIO

/// Who may do what without a `Role`: by the groups of the host, and by who runs the daemon.
///
/// Administrators may do everything, readers may read, and everyone may ask for health, version and what the API has.
public struct Authorizer: Sendable, Hashable {
    /// Users who administer: root, and the daemon's own user.
    public var administratorUsers: Set<UInt32>
    /// Groups whose members administer.
    public var administratorGroups: Set<UInt32>
    /// Groups whose members read.
    public var readerGroups: Set<UInt32>
    /// What the groups of administrators are called, in tokens and messages.
    public var administratorGroupNames: [String]
    /// What the groups of readers are called, in tokens and messages.
    public var readerGroupNames: [String]

    /// Makes the rules of a host; root always administers.
    public init(
        administratorUsers: Set<UInt32> = [], administratorGroups: Set<UInt32> = [], readerGroups: Set<UInt32> = [],
        administratorGroupNames: [String] = ["aetheredge-admin"], readerGroupNames: [String] = ["aetheredge"]
    ) {
        self.administratorUsers = administratorUsers.union([0])
        self.administratorGroups = administratorGroups
        self.readerGroups = readerGroups
        self.administratorGroupNames = administratorGroupNames
        self.readerGroupNames = readerGroupNames
    }

    /// What a request needs.
    enum Right: Sendable, Hashable {
        case open
        case read
        case administer
    }

    /// Whether a caller has a right.
    func allows(_ right: Right, _ caller: Caller) -> Bool {
        switch right {
        case .open: true
        case .read:
            isMember(caller, of: readerGroups, named: readerGroupNames) || allows(.administer, caller)
        case .administer:
            caller.uid.map(administratorUsers.contains) ?? false
                || isMember(caller, of: administratorGroups, named: administratorGroupNames)
        }
    }

    /// Throws what a caller without a right hears.
    func require(_ right: Right, _ caller: Caller, to action: String) throws(APIFailure) {
        if !allows(right, caller) { throw refusal(right, caller, to: action) }
    }

    /// What a caller without a right hears.
    func refusal(_ right: Right, _ caller: Caller, to action: String) -> APIFailure {
        let administrators = administratorGroupNames.first ?? "root"
        let readers = readerGroupNames.first ?? "root"
        let groups = right == .administer ? "group '\(administrators)'" : "group '\(readers)' or '\(administrators)'"
        return .forbidden("\(caller.shown) may not \(action): join \(groups), ask for a Role, or use sudo")
    }

    /// Whether a user has a place even when others use up theirs.
    func isPrivileged(_ uid: UInt32) -> Bool { administratorUsers.contains(uid) }

    /// Whether limits of users are those of root: only for whoever is at the other end of the connection.
    func isPrivileged(_ caller: Caller) -> Bool { caller.tokenID == nil && isPrivileged(caller.peer.uid) }

    /// Peers are known by the numbers of their groups, tokens by the names.
    private func isMember(_ caller: Caller, of groups: Set<UInt32>, named names: [String]) -> Bool {
        guard caller.tokenID == nil else { return caller.groups.contains(where: names.contains) }
        let credentials = caller.peer.credentials
        return groups.contains(credentials.gid) || credentials.groups.contains { groups.contains($0) }
    }
}
