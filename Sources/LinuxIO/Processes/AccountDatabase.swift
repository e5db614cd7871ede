internal import Glibc

/// The users and groups of a tree: by NSS on the host itself, from its passwd and group files elsewhere.
///
/// NSS can wait for a network: not for the cooperative pool.
public struct AccountDatabase: Sendable {
    private enum Source {
        case nameService
        case files(users: AccountTable, groups: AccountTable)
    }

    private static let fileMaximum = 16 << 20

    private let source: Source

    /// Takes the accounts from two tables.
    public init(users: AccountTable, groups: AccountTable) {
        source = .files(users: users, groups: groups)
    }

    /// Takes the accounts of a tree; a file that it lacks counts as empty.
    public init(of root: RootDirectory) throws(LinuxIOError) {
        if root.isHostRoot {
            source = .nameService
            return
        }
        let users = try root.readFile("/etc/passwd", limit: Self.fileMaximum) ?? []
        let groups = try root.readFile("/etc/group", limit: Self.fileMaximum) ?? []
        source = .files(users: AccountTable(parsing: users), groups: AccountTable(parsing: groups))
    }

    /// The lines of the two files that were left out; none where NSS answers.
    public var malformedLines: (users: [AccountTable.MalformedLine], groups: [AccountTable.MalformedLine]) {
        guard case .files(let users, let groups) = source else { return ([], []) }
        return (users.malformedLines, groups.malformedLines)
    }

    /// The number of a user, or nil if there is none of that name.
    public func userID(named name: String) throws(LinuxIOError) -> UInt32? {
        guard AccountTable.isValidName(name) else { return nil }
        guard case .files(let users, _) = source else {
            return try lookUp("getpwnam_r", name) { buffer, size, error in
                var entry = passwd()
                // Safety: what is found lies in the buffer, and is copied out at once.
                var found: UnsafeMutablePointer<passwd>?
                error = getpwnam_r(name, &entry, buffer, size, &found)
                return found?.pointee.pw_uid
            }
        }
        return users.number(of: name)
    }

    /// The number of a group, or nil if there is none of that name.
    public func groupID(named name: String) throws(LinuxIOError) -> UInt32? {
        guard AccountTable.isValidName(name) else { return nil }
        guard case .files(_, let groups) = source else {
            return try lookUp("getgrnam_r", name) { buffer, size, error in
                var entry = group()
                // Safety: what is found lies in the buffer, and is copied out at once.
                var found: UnsafeMutablePointer<group>?
                error = getgrnam_r(name, &entry, buffer, size, &found)
                return found?.pointee.gr_gid
            }
        }
        return groups.number(of: name)
    }

    /// The name of a user, or nil if the number has none.
    public func userName(of uid: UInt32) throws(LinuxIOError) -> String? {
        guard case .files(let users, _) = source else {
            return try lookUp("getpwuid_r", "\(uid)") { buffer, size, error in
                var entry = passwd()
                // Safety: what is found lies in the buffer, and is copied out at once.
                var found: UnsafeMutablePointer<passwd>?
                error = getpwuid_r(uid, &entry, buffer, size, &found)
                return found?.pointee.pw_name.map { String(cString: $0) }
            }
        }
        return users.name(of: uid)
    }

    /// The name of a group, or nil if the number has none.
    public func groupName(of gid: UInt32) throws(LinuxIOError) -> String? {
        guard case .files(_, let groups) = source else {
            return try lookUp("getgrgid_r", "\(gid)") { buffer, size, error in
                var entry = group()
                // Safety: what is found lies in the buffer, and is copied out at once.
                var found: UnsafeMutablePointer<group>?
                error = getgrgid_r(gid, &entry, buffer, size, &found)
                return found?.pointee.gr_name.map { String(cString: $0) }
            }
        }
        return groups.name(of: gid)
    }

    /// Calls with a growing buffer, up to 1 MiB; the answer is copied out before the buffer goes.
    private func lookUp<Answer>(
        _ call: String, _ subject: String,
        _ body: (UnsafeMutablePointer<CChar>, Int, inout Int32) -> Answer?
    ) throws(LinuxIOError) -> Answer? {
        var size = 4_096
        while true {
            // Safety: allocated and freed here, and as long as the call is told.
            let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
            defer { buffer.deallocate() }
            var error: Int32 = 0
            let answer = body(buffer, size, &error)
            switch error {
            case 0: return answer
            case EINTR: continue
            case ERANGE where size < 1 << 20: size *= 4
            // Some NSS modules say so for an unknown name.
            case ENOENT, ESRCH: return nil
            default: throw LinuxIOError(code: Errno(rawValue: error), call: call, path: subject)
            }
        }
    }
}
