internal import Glibc
public import LinuxIO

/// The unprivileged account that git runs as.
public struct GitAccount: Sendable, Equatable {
    /// The user.
    public var userID: UInt32
    /// The only group that git keeps.
    public var groupID: UInt32
    /// The home directory, where git and ssh find their configuration; `nil` for the cache directory.
    public var home: String?

    /// Names an account.
    public init(userID: UInt32, groupID: UInt32, home: String? = nil) {
        self.userID = userID
        self.groupID = groupID
        self.home = home
    }

    /// The account for git on this host: the user `name` with the group of the same name, if we are root and it exists.
    public static func forGit(
        named name: String = "aetheredge", in accounts: AccountDatabase, home: String? = nil
    ) throws(LinuxIOError) -> GitAccount? {
        guard geteuid() == 0, let user = try accounts.userID(named: name), user != 0 else { return nil }
        guard let group = try accounts.groupID(named: name), group != 0 else { return nil }
        return GitAccount(userID: user, groupID: group, home: home)
    }
}
