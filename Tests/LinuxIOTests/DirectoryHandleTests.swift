import Glibc
import Testing

@testable import LinuxIO

@Suite struct DirectoryHandleTests {
    @Test func `an exchange swaps two files and keeps both inodes`() throws {
        try withTemporaryDirectory { directory, _ in
            try write("old", to: "a", in: directory)
            try write("new", to: "b", in: directory)
            let before = try directory.status(of: "a")
            try directory.exchange("a", "b")
            #expect(try content(of: "a", in: directory) == "new")
            #expect(try directory.status(of: "b")?.inode == before?.inode)
        }
    }

    @Test func `an exchange with a name that is not there fails and changes nothing`() throws {
        try withTemporaryDirectory { directory, path in
            try write("old", to: "a", in: directory)
            let error = failure { () throws(LinuxIOError) in try directory.exchange("a", "b") }
            #expect(error == LinuxIOError(code: .noEntry, call: "renameat2", path: path + "/a"))
            #expect(try content(of: "a", in: directory) == "old")
        }
    }

    @Test func `a rename that must not replace does not`() throws {
        try withTemporaryDirectory { directory, _ in
            try write("one", to: "a", in: directory)
            try directory.makeSymbolicLink(target: "/nowhere", "b")
            let error = failure { () throws(LinuxIOError) in try directory.renameNoReplace("a", to: "b") }
            #expect(error?.code == .exists)
            try directory.renameNoReplace("a", to: "c")
            #expect(try content(of: "c", in: directory) == "one")
        }
    }

    @Test func `a name moves to another directory`() throws {
        try withTemporaryDirectory { directory, _ in
            try write("one", to: "a", in: directory)
            try directory.makeDirectory("d", permissions: 0o700)
            let other = try directory.openSubdirectory("d")
            try directory.rename("a", toDirectory: other, as: "b")
            #expect(try directory.status(of: "a") == nil)
            #expect(try content(of: "b", in: other) == "one")
        }
    }

    @Test(arguments: ["", ".", "..", "a/b", "/", "a\0b", String(repeating: "n", count: 256)])
    func `a name that is not one component is refused by every operation`(name: String) throws {
        try withTemporaryDirectory { directory, _ in
            try write("one", to: "a", in: directory)
            let errors = [
                failure { () throws(LinuxIOError) in _ = try directory.status(of: name) },
                failure { () throws(LinuxIOError) in _ = try directory.openForReading(name) },
                failure { () throws(LinuxIOError) in _ = try directory.createTemporary(name) },
                failure { () throws(LinuxIOError) in try directory.remove(name) },
                failure { () throws(LinuxIOError) in try directory.rename("a", to: name) },
                failure { () throws(LinuxIOError) in try directory.exchange(name, "a") },
                failure { () throws(LinuxIOError) in try directory.link("a", as: name) },
                failure { () throws(LinuxIOError) in try directory.setPermissions(name, 0o600) },
                failure { () throws(LinuxIOError) in _ = try directory.extendedAttributes(of: name) },
                failure { () throws(LinuxIOError) in try directory.remove(raw: Array(name.utf8)) },
            ]
            #expect(errors.allSatisfy { $0?.code == .invalid })
            #expect(try directory.entries().map(\.name) == ["a"])
        }
    }

    @Test func `a name of 255 bytes is a name like any other`() throws {
        try withTemporaryDirectory { directory, _ in
            let name = String(repeating: "ä", count: 127) + "x"
            try write("one", to: name, in: directory)
            #expect(try content(of: name, in: directory) == "one")
            #expect(try directory.entries().map(\.name) == [name])
        }
    }

    @Test func `a fifo is never opened and nobody waits for it`() throws {
        try withTemporaryDirectory { directory, _ in
            try directory.makeFIFO("pipe")
            let reading = failure { () throws(LinuxIOError) in _ = try directory.openForReading("pipe") }
            let writing = failure { () throws(LinuxIOError) in _ = try directory.openForWriting("pipe") }
            let appending = failure { () throws(LinuxIOError) in _ = try directory.openForAppending("pipe") }
            #expect([reading?.code, writing?.code, appending?.code] == [.notRegular, .notRegular, .notRegular])
            #expect(try directory.status(of: "pipe")?.type == .fifo)
        }
    }

    @Test func `a symbolic link in place of a file or directory is not followed`() throws {
        try withTemporaryDirectory { directory, _ in
            try write("secret", to: "target", in: directory)
            try directory.makeDirectory("real")
            try directory.makeSymbolicLink(target: "target", "link")
            try directory.makeSymbolicLink(target: "real", "dlink")
            let reading = failure { () throws(LinuxIOError) in _ = try directory.openForReading("link") }
            let writing = failure { () throws(LinuxIOError) in _ = try directory.openForWriting("link") }
            let making = failure { () throws(LinuxIOError) in _ = try directory.createTemporary("link") }
            let entering = failure { () throws(LinuxIOError) in _ = try directory.openSubdirectory("dlink") }
            #expect([reading?.code, writing?.code, making?.code] == [.notRegular, .notRegular, .exists])
            #expect(entering?.code == .notDirectory || entering?.code == .loop)
            #expect(try directory.status(of: "link")?.type == .symbolicLink)
        }
    }

    @Test func `the target of a link comes back and one that is too long is refused`() throws {
        try withTemporaryDirectory { directory, _ in
            try directory.makeSymbolicLink(target: "../some where", "link")
            #expect(try directory.readLink("link") == "../some where")
            let error = failure { () throws(LinuxIOError) in _ = try directory.readLink("link", limit: 12) }
            #expect(error?.code == .nameTooLong)
            #expect(try directory.readLink("link", limit: 13) == "../some where")
            #expect(
                failure { () throws(LinuxIOError) in try directory.makeSymbolicLink(target: "", "x") }?.code == .invalid
            )
        }
    }

    @Test func `a name that is not UTF-8 is listed, looked at, moved and removed by its bytes`() throws {
        try withTemporaryDirectory { directory, path in
            let raw: [UInt8] = [0x61, 0xff, 0xfe]
            let file = fopen(path.utf8CString.map { $0 }.dropLast() + [0x2f, 0x61, -1, -2, 0], "w")
            try #require(file != nil)
            fclose(file)
            let entry = try #require(try directory.entries().first)
            #expect(entry.rawName == raw)
            #expect(entry.name == "a\\xff\\xfe")
            #expect(!entry.isUTF8)
            #expect(try directory.status(ofRaw: raw)?.type == .regular)
            try directory.renameNoReplace(raw: raw, toDirectory: directory, as: "kept")
            #expect(try directory.status(ofRaw: raw) == nil)
            try directory.renameNoReplace("kept", toDirectory: directory, asRaw: raw)
            try directory.remove(raw: raw)
            #expect(try directory.entries().isEmpty)
        }
    }

    @Test func `a listing has every name once and tells when there are too many`() throws {
        try withTemporaryDirectory { directory, _ in
            let names = (0..<1_500).map { "file-with-a-name-that-fills-buffers-\($0)" }
            for name in names { _ = try directory.createTemporary(name) }
            let entries = try directory.entries(limit: 1_500)
            #expect(entries.count == 1_500)
            #expect(Set(entries.map(\.name)) == Set(names))
            let error = failure { () throws(LinuxIOError) in _ = try directory.entries(limit: 1_499) }
            #expect(error?.code == .overflow)
        }
    }

    @Test func `what is removed while its directory is open is gone without an error`() throws {
        try withTemporaryDirectory { directory, _ in
            try directory.makeDirectory("d")
            let gone = try directory.openSubdirectory("d")
            try directory.removeDirectory("d")
            #expect(try gone.entries().isEmpty)
            #expect(try gone.status(of: "x") == nil)
            #expect(failure { () throws(LinuxIOError) in _ = try gone.createTemporary("x") }?.code == .noEntry)
            try directory.sync()
            try directory.syncFileSystem()
        }
    }

    @Test func `a directory that is not empty is not removed`() throws {
        try withTemporaryDirectory { directory, _ in
            try directory.makeDirectory("d")
            let inner = try directory.openSubdirectory("d")
            try write("x", to: "x", in: inner)
            #expect(failure { () throws(LinuxIOError) in try directory.removeDirectory("d") }?.code == .notEmpty)
            #expect(failure { () throws(LinuxIOError) in try directory.remove("d") }?.code == .isDirectory)
        }
    }

    @Test func `the layout of entries that do not fit ends the listing`() {
        var seen: [String] = []
        let body: (DirectoryEntry) -> Bool = { entry in
            seen.append(entry.name)
            return true
        }
        var record = [UInt8](repeating: 0, count: 24)
        record[0] = 9
        record[16] = 24
        record[18] = 8
        record[19] = 0x61
        let whole = record + record
        for length in 0...whole.count {
            seen = []
            _ = whole[..<length].withUnsafeBytes { DirectoryListing.parse($0, body) }
            #expect(seen.count == length / 24)
        }
        record[16] = 5
        seen = []
        _ = record.withUnsafeBytes { DirectoryListing.parse($0, body) }
        #expect(seen.isEmpty)
    }
}
