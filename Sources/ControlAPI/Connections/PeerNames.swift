internal import LinuxIO
internal import Synchronization

/// Names the users and groups of peers; used by the thread that accepts.
final class PeerNames: Sendable {
    private struct KnownName {
        let name: String?
        let since: ContinuousClock.Instant
    }

    /// How long a name is believed, so that a group that was made again is not taken for the old one for long.
    private static let lifetime = Duration.seconds(60)
    /// Names that are kept; then all are asked for again.
    private static let maximum = 1024
    /// Groups of one peer that are named; further ones play no part in roles and tokens.
    private static let groupMaximum = 256

    private let userName: @Sendable (UInt32) -> String?
    private let groupName: @Sendable (UInt32) -> String?
    private let groups = Mutex<[UInt32: KnownName]>([:])

    init(_ services: ControlServices) {
        userName = services.userName
        groupName = services.groupName
    }

    /// The peer with its names; a number without a name is shown as it is, and a group without one is left out.
    func peer(_ credentials: PeerCredentials) -> Peer {
        var numbers = Set(credentials.groups.prefix(Self.groupMaximum))
        numbers.insert(credentials.gid)
        return Peer(
            credentials: credentials, name: userName(credentials.uid) ?? String(credentials.uid),
            groups: numbers.sorted().compactMap(name))
    }

    private func name(_ group: UInt32) -> String? {
        let now = ContinuousClock.now
        if let known = groups.withLock({ $0[group] }), now - known.since < Self.lifetime { return known.name }
        let name = groupName(group)
        groups.withLock { groups in
            if groups.count >= Self.maximum { groups = [:] }
            groups[group] = KnownName(name: name, since: now)
        }
        return name
    }
}
