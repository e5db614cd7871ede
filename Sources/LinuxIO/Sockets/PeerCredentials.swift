internal import CLinux
internal import Glibc

/// Who is at the other end of a Unix socket, as the kernel recorded it when the connection was made.
public struct PeerCredentials: Sendable, Equatable {
    /// The process.
    public let pid: Int32
    /// The user.
    public let uid: UInt32
    /// The group.
    public let gid: UInt32
    /// The supplementary groups.
    public let groups: [UInt32]

    /// Makes credentials.
    public init(pid: Int32, uid: UInt32, gid: UInt32, groups: [UInt32]) {
        self.pid = pid
        self.uid = uid
        self.gid = gid
        self.groups = groups
    }

    /// Asks the kernel about a connected socket.
    public init(ofSocket descriptor: Int32) throws(LinuxIOError) {
        var credentials = cl_ucred()
        try checked(cl_peer_credentials(descriptor, &credentials), "getsockopt", "SO_PEERCRED")
        var groups = [UInt32](repeating: 0, count: 64)
        var count = groups.count
        var result = groups.withUnsafeMutableBufferPointer { cl_peer_groups(descriptor, $0.baseAddress, &count) }
        if result == -Int(ERANGE) {
            // The kernel told how many there are; it bounds them at 65,536.
            groups = [UInt32](repeating: 0, count: min(count, 65_536))
            count = groups.count
            result = groups.withUnsafeMutableBufferPointer { cl_peer_groups(descriptor, $0.baseAddress, &count) }
        }
        // Sockets that were never connected have no groups.
        if result == -Int(ENODATA) { (result, count) = (0, 0) }
        try checked(result, "getsockopt", "SO_PEERGROUPS")
        self.init(pid: credentials.pid, uid: credentials.uid, gid: credentials.gid, groups: Array(groups[..<count]))
    }
}
