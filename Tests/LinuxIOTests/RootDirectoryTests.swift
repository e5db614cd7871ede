import Glibc
import Testing

@testable import LinuxIO

@Suite struct RootDirectoryTests {
    @Test func `a path is found beneath the tree and its last link is not followed`() throws {
        try withTree { directory, root in
            let real = try directory.openSubdirectory("real")
            try write("x", to: "file", in: real)
            try real.makeSymbolicLink(target: "file", "last")
            #expect(try root.status(of: "/real/file")?.type == .regular)
            #expect(try root.status(of: "//real/./file/")?.type == .regular)
            #expect(try root.status(of: "/real/last")?.type == .symbolicLink)
            #expect(try root.status(of: "/")?.type == .directory)
            #expect(try root.status(of: "/real/none") == nil)
            #expect(try root.status(of: "/none/file") == nil)
            #expect(try root.status(of: "/real/file/below") == nil)
            #expect(try root.readFile("/real/file", limit: 10) == [0x78])
            #expect(try root.readFile("/real/none", limit: 10) == nil)
        }
    }

    @Test(arguments: ["", "real", "real/file", "/..", "/real/../real", "/a\0b", "../etc/passwd"])
    func `a path that is not absolute or climbs is refused`(path: String) throws {
        try withTree { _, root in
            let error = failure { () throws(LinuxIOError) in _ = try root.status(of: path) }
            #expect(error?.code == .invalid)
            #expect(error?.path == path)
        }
    }

    @Test func `a component that is too long says so`() throws {
        try withTree { _, root in
            let path = "/" + String(repeating: "n", count: 256)
            #expect(failure { () throws(LinuxIOError) in _ = try root.status(of: path) }?.code == .nameTooLong)
        }
    }

    @Test func `the root itself has no parent`() throws {
        try withTree { _, root in
            #expect(failure { () throws(LinuxIOError) in _ = try root.openParent(of: "/") }?.code == .invalid)
        }
    }

    @Test func `a parent link in guarded directories is followed, relative and absolute within the tree`() throws {
        try withTree { directory, root in
            try write("x", to: "file", in: try directory.openSubdirectory("real"))
            try directory.makeSymbolicLink(target: "real", "relative")
            try directory.makeSymbolicLink(target: "/real", "absolute")
            try directory.makeSymbolicLink(target: "../../../../real", "climbing")
            try directory.makeSymbolicLink(target: "absolute/.", "chained")
            for name in ["relative", "absolute", "climbing", "chained"] {
                #expect(try root.status(of: "/\(name)/file")?.type == .regular)
            }
        }
    }

    @Test func `an absolute link never leads out of the tree`() throws {
        try withTree { directory, root in
            try directory.makeSymbolicLink(target: "/etc", "out")
            try directory.makeSymbolicLink(target: "../../../../../etc", "up")
            #expect(try root.status(of: "/out/passwd") == nil)
            #expect(try root.status(of: "/up/passwd") == nil)
        }
    }

    @Test func `links that lead to each other end with an error`() throws {
        try withTree { directory, root in
            try directory.makeSymbolicLink(target: "two", "one")
            try directory.makeSymbolicLink(target: "one", "two")
            #expect(failure { () throws(LinuxIOError) in _ = try root.status(of: "/one/x") }?.code == .loop)
        }
    }

    @Test(arguments: [UInt16(0o1777), 0o775, 0o757])
    func `a parent link in a directory that others can write is refused`(permissions: UInt16) throws {
        try withTree { directory, root in
            try directory.makeDirectory("shared", permissions: permissions)
            try directory.openSubdirectory("shared").makeSymbolicLink(target: "/real", "trap")
            let error = failure { () throws(LinuxIOError) in _ = try root.openDirectory("/shared/trap") }
            #expect(error?.code == .untrustedLink)
            #expect(error?.path == "/shared/trap")
            #expect(try root.openDirectory("/shared").status().type == .directory)
        }
    }

    @Test func `a guarded directory below one that others can write is not trusted either`() throws {
        try withTree { directory, root in
            try directory.makeDirectory("shared", permissions: 0o777)
            let shared = try directory.openSubdirectory("shared")
            try shared.makeDirectory("mine", permissions: 0o755)
            try shared.openSubdirectory("mine").makeSymbolicLink(target: "/real", "trap")
            let error = failure { () throws(LinuxIOError) in _ = try root.openDirectory("/shared/mine/trap") }
            #expect(error?.code == .untrustedLink)
        }
    }

    @Test(.enabled(if: isRoot, "giving a directory away needs root"))
    func `a parent link in a directory of another user is refused`() throws {
        try withTree { directory, root in
            try directory.makeDirectory("home")
            try directory.openSubdirectory("home").makeSymbolicLink(target: "/real", "trap")
            try directory.setOwner("home", owner: 1_000, group: 1_000)
            let error = failure { () throws(LinuxIOError) in _ = try root.openDirectory("/home/trap") }
            #expect(error?.code == .untrustedLink)
        }
    }

    @Test func `a file in place of a parent is not a directory`() throws {
        try withTree { directory, root in
            try write("x", to: "file", in: directory)
            #expect(failure { () throws(LinuxIOError) in _ = try root.openDirectory("/file") }?.code == .notDirectory)
        }
    }

    /// The attacker exchanges a directory with a link that leads elsewhere, as fast as it can, while the path is
    /// opened.
    @Test func `a race of a directory with a link never opens where the link leads`() async throws {
        try await withTemporaryPath { path in
            let directory = try DirectoryHandle(trustedPath: path)
            try directory.makeDirectory("real")
            try directory.makeDirectory("shared", permissions: 0o777)
            let shared = try directory.openSubdirectory("shared")
            try shared.makeDirectory("victim")
            try shared.makeSymbolicLink(target: "/real", "trap")
            let root = try RootDirectory(path: path)
            let forbidden = try #require(try root.status(of: "/real")).inode
            let attacker = try WorkerThread(name: "attacker")
            let isOver = Flag()
            try attacker.enqueue {
                guard let shared = try? DirectoryHandle(trustedPath: path + "/shared") else { return }
                while !isOver.isSet { try? shared.exchange("victim", "trap") }
            }
            var refusedCount = 0
            var openedCount = 0
            for _ in 0..<20_000 {
                do throws(LinuxIOError) {
                    let opened = try root.openDirectory("/shared/victim")
                    openedCount += try opened.status().inode == forbidden ? 1_000_000 : 1
                } catch {
                    refusedCount += error.code == .untrustedLink ? 1 : 0
                }
                if refusedCount > 200, openedCount > 200 { break }
            }
            isOver.set()
            attacker.stop()
            #expect(openedCount < 1_000_000)
            #expect(refusedCount + openedCount > 0)
        }
    }

    private func withTree(_ body: (borrowing DirectoryHandle, RootDirectory) throws -> Void) throws {
        try withTemporaryDirectory { directory, path in
            try directory.makeDirectory("real")
            try body(directory, try RootDirectory(path: path))
        }
    }
}
