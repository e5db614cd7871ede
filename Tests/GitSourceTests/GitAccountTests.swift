import Glibc
import LinuxIO
import Testing

@testable import GitSource

@Suite struct GitAccountTests {
    private func accounts(users: String, groups: String) -> AccountDatabase {
        AccountDatabase(
            users: AccountTable(parsing: Array(users.utf8)), groups: AccountTable(parsing: Array(groups.utf8)))
    }

    @Test func `root gives git the account of its name, and everybody else keeps their own`() throws {
        let both = accounts(users: "aetheredge:x:990:\n", groups: "aetheredge:x:980:\n")
        let found = try GitAccount.forGit(in: both, home: "/home")
        #expect(found == (geteuid() == 0 ? GitAccount(userID: 990, groupID: 980, home: "/home") : nil))
    }

    @Test func `an account that is missing, half there or root's is not taken`() throws {
        for (users, groups) in [
            ("", ""), ("aetheredge:x:990:\n", ""), ("", "aetheredge:x:980:\n"),
            ("aetheredge:x:0:\n", "aetheredge:x:980:\n"), ("aetheredge:x:990:\n", "aetheredge:x:0:\n"),
        ] {
            #expect(try GitAccount.forGit(in: accounts(users: users, groups: groups)) == nil)
        }
    }
}
