internal import LinuxIO
internal import Synchronization

/// A connection that was accepted and that nobody serves yet; closed when it is let go of.
final class AcceptedConnection: Sendable {
    let peer: Peer
    private let descriptor: Mutex<Int32?>
    private let places: ConnectionPlaces

    init(_ socket: consuming FileDescriptor, peer: Peer, places: ConnectionPlaces) {
        self.peer = peer
        self.places = places
        descriptor = Mutex(socket.release())
    }

    deinit {
        if let descriptor = descriptor.withLock({ $0.take() }) { _ = FileDescriptor(owning: descriptor) }
        places.give(peer.credentials.uid)
    }

    /// Gives the descriptor away, once.
    func takeDescriptor() -> Int32? { descriptor.withLock { $0.take() } }
}

/// The places of connections, by user.
final class ConnectionPlaces: Sendable {
    /// What becomes of a connection.
    enum Answer: Equatable {
        case taken
        /// The user has too many.
        case userFull
        /// There are too many.
        case full
    }

    private struct State {
        var total = 0
        var users: [UInt32: Int] = [:]
    }

    private let limits: ServerLimits
    private let isPrivileged: @Sendable (UInt32) -> Bool
    private let state = Mutex(State())

    init(limits: ServerLimits, isPrivileged: @escaping @Sendable (UInt32) -> Bool) {
        self.limits = limits
        self.isPrivileged = isPrivileged
    }

    /// Takes a place for a user.
    func take(_ uid: UInt32) -> Answer {
        let isPrivileged = isPrivileged(uid)
        let userLimit = isPrivileged ? limits.connectionsPerPrivilegedUser : limits.connectionsPerUser
        let limit = isPrivileged ? limits.connections : limits.unprivilegedConnections
        return state.withLock { state in
            guard state.users[uid, default: 0] < userLimit else { return .userFull }
            guard state.total < limit else { return .full }
            state.total += 1
            state.users[uid, default: 0] += 1
            return .taken
        }
    }

    /// Gives a place back.
    func give(_ uid: UInt32) {
        state.withLock { state in
            state.total -= 1
            let left = state.users[uid, default: 0] - 1
            state.users[uid] = left > 0 ? left : nil
        }
    }
}
