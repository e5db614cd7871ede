import Testing

@testable import LinuxIO

@Suite struct AccountDatabaseTests {
    @Test func `a passwd file gives names and numbers both ways`() {
        let table = AccountTable(parsing: Array("root:x:0:0:root:/root:/bin/sh\nweb:x:33:33::/:/bin/false".utf8))
        #expect(table.number(of: "web") == 33 && table.name(of: 0) == "root")
        #expect(table.number(of: "nobody") == nil && table.name(of: 5) == nil)
        #expect(table.count == 2 && table.malformedLines.isEmpty)
    }

    @Test func `a name or number that comes again keeps its first meaning`() {
        let table = AccountTable(parsing: Array("a:x:1:\nb:x:1:\na:x:2:\n".utf8))
        #expect(table.number(of: "a") == 1 && table.name(of: 1) == "a")
        #expect(table.number(of: "b") == 1 && table.name(of: 2) == "a")
    }

    @Test func `lines that are not as they should be are reported by number and left out`() {
        let text = """
            # a comment
            good:x:7:7

            short:x:1
            big:x:4294967295:
            neg:x:-1:
            hex:x:0x10:
            a b:x:5:5
            :x:5:5
            123:x:5:5
            +nis::::
            """
        let table = AccountTable(parsing: Array(text.utf8) + [0x0a, 0xff, 0x3a, 0x0a])
        #expect(table.count == 1 && table.number(of: "good") == 7)
        #expect(table.malformedLines.map(\.number) == [4, 5, 6, 7, 8, 9, 10, 12])
        #expect(table.malformedLines.last?.reason == "not UTF-8")
    }

    @Test func `reports and accounts of a hostile file are bounded`() {
        let broken = AccountTable(parsing: Array(String(repeating: "x\n", count: 5_000).utf8))
        #expect(broken.malformedLines.count == 100)
        let text = (0...AccountTable.countMaximum).map { "n\($0)a:x:\($0):0\n" }.joined()
        let large = AccountTable(parsing: Array(text.utf8))
        #expect(large.count == AccountTable.countMaximum && large.malformedLines.count == 1)
    }

    @Test(arguments: [
        ("root", true), ("www-data", true), ("_apt", true), ("machine$", true), ("dom.user@realm", true),
        ("", false), ("-x", false), ("a:b", false), ("a/b", false), ("a\nb", false), ("a b", false), ("42", false),
        (".", false), ("..", false), ("$(x)", false), (String(repeating: "n", count: 257), false),
    ])
    func `a name that an account can have is told from one that it cannot`(name: String, isValid: Bool) {
        #expect(AccountTable.isValidName(name) == isValid)
    }

    @Test func `a tree has the accounts of its own files`() throws {
        try withTemporaryDirectory { directory, path in
            let root = try RootDirectory(path: path)
            let empty = try AccountDatabase(of: root)
            #expect(try empty.userID(named: "root") == nil)
            try directory.makeDirectory("etc")
            let etc = try directory.openSubdirectory("etc")
            try write("site:x:4242:4243::/:/bin/sh\n", to: "passwd", in: etc)
            try write("crew:x:4243:\n", to: "group", in: etc)
            let accounts = try AccountDatabase(of: root)
            #expect(try accounts.userID(named: "site") == 4_242)
            #expect(try accounts.userName(of: 4_242) == "site")
            #expect(try accounts.groupID(named: "crew") == 4_243)
            #expect(try accounts.groupName(of: 4_243) == "crew")
            #expect(try accounts.userID(named: "root") == nil)
        }
    }

    @Test func `a fifo in place of a passwd file is an error and nobody waits`() throws {
        try withTemporaryDirectory { directory, path in
            try directory.makeDirectory("etc")
            try directory.openSubdirectory("etc").makeFIFO("passwd")
            let root = try RootDirectory(path: path)
            #expect(failure { () throws(LinuxIOError) in _ = try AccountDatabase(of: root) }?.code == .notRegular)
        }
    }

    @Test func `the host itself is asked through NSS`() throws {
        let accounts = try AccountDatabase(of: try RootDirectory(path: "/"))
        #expect(try accounts.userID(named: "root") == 0)
        #expect(try accounts.userName(of: 0) == "root")
        #expect(try accounts.groupID(named: "root") == 0)
        #expect(try accounts.groupName(of: 0) == "root")
        #expect(try accounts.userID(named: "no-such-user-here") == nil)
        #expect(try accounts.userName(of: 3_999_999_999) == nil)
        #expect(try accounts.groupName(of: 3_999_999_999) == nil)
    }
}
