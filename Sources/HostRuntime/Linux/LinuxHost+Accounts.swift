internal import LinuxIO

extension LinuxHost {
    /// The number of a user; `root` and numbers need no account.
    public func userID(_ name: String) throws(HostError) -> UInt32? {
        if let known = Self.number(name) { return known }
        return try accounts("look up the user", name) { (accounts) throws(LinuxIOError) in
            try accounts.userID(named: name)
        }
    }

    /// The number of a group; `root` and numbers need no account.
    public func groupID(_ name: String) throws(HostError) -> UInt32? {
        if let known = Self.number(name) { return known }
        return try accounts("look up the group", name) { (accounts) throws(LinuxIOError) in
            try accounts.groupID(named: name)
        }
    }

    /// The name of a user, or its number.
    public func userName(_ id: UInt32) -> String {
        (try? AccountDatabase(of: root).userName(of: id)) ?? String(id)
    }

    /// The name of a group, or its number.
    public func groupName(_ id: UInt32) -> String {
        (try? AccountDatabase(of: root).groupName(of: id)) ?? String(id)
    }

    private static func number(_ name: String) -> UInt32? { name == "root" ? 0 : UInt32(name) }

    private func accounts(
        _ verb: StaticString, _ name: String, _ body: (AccountDatabase) throws(LinuxIOError) -> UInt32?
    ) throws(HostError) -> UInt32? {
        do throws(LinuxIOError) {
            return try body(AccountDatabase(of: root))
        } catch {
            throw HostError(
                .unavailable, "cannot \(verb) '\(name)': \(error.code); check the name service (nsswitch.conf)")
        }
    }
}
