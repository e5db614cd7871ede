import Glibc
import Testing

@testable import LinuxIO

@Suite struct DirectoryMetadataTests {
    @Test func `permissions are set and a symbolic link is refused, by the system call and through proc`() throws {
        try withTemporaryDirectory { directory, _ in
            try write("x", to: "a", in: directory)
            try directory.makeSymbolicLink(target: "a", "link")
            try directory.setPermissions("a", 0o2751)
            #expect(try directory.status(of: "a")?.permissions == 0o2751)
            try directory.setPermissionsThroughProc("a", 0o640)
            #expect(try directory.status(of: "a")?.permissions == 0o640)
            let direct = failure { () throws(LinuxIOError) in try directory.setPermissions("link", 0o777) }
            let through = failure { () throws(LinuxIOError) in try directory.setPermissionsThroughProc("link", 0o777) }
            #expect([direct?.code, through?.code] == [.notSupported, .notSupported])
            #expect(try directory.status(of: "a")?.permissions == 0o640)
        }
    }

    @Test func `a directory and a temporary have the exact permissions whatever the umask`() throws {
        try withTemporaryDirectory { directory, _ in
            try directory.makeDirectory("d", permissions: 0o1777)
            _ = try directory.createTemporary("f", permissions: 0o666)
            #expect(try directory.status(of: "d")?.permissions == 0o1777)
            #expect(try directory.status(of: "f")?.permissions == 0o666)
        }
    }

    @Test(.enabled(if: isRoot, "chown needs root"))
    func `owner and group are set apart, and of a link itself`() throws {
        try withTemporaryDirectory { directory, _ in
            try write("x", to: "a", in: directory)
            try directory.makeSymbolicLink(target: "a", "link")
            try directory.setOwner("a", owner: 1_234, group: nil)
            try directory.setOwner("a", owner: nil, group: 4_321)
            try directory.setOwner("link", owner: 77, group: 78)
            let file = try #require(try directory.status(of: "a"))
            let link = try #require(try directory.status(of: "link"))
            #expect([file.owner, file.group, link.owner, link.group] == [1_234, 4_321, 77, 78])
        }
    }

    @Test func `the time of modification is kept to the nanosecond`() throws {
        try withTemporaryDirectory { directory, _ in
            try directory.makeSymbolicLink(target: "nowhere", "link")
            let time = Timestamp(seconds: -5, nanoseconds: 999_999_999)
            try directory.setModified("link", time)
            #expect(try directory.status(of: "link")?.modified == time)
        }
    }

    @Test func `extended attributes of every size are set, listed, copied and removed`() throws {
        try withTemporaryDirectory { directory, _ in
            try write("x", to: "a", in: directory)
            try write("y", to: "b", in: directory)
            let large = [UInt8](repeating: 9, count: 2_000)
            try directory.setExtendedAttribute("user.small", to: [1, 0, 2], of: "a")
            try directory.setExtendedAttribute("user.large", to: large, of: "a")
            try directory.setExtendedAttribute("user.empty", to: [], of: "a")
            try directory.setExtendedAttribute("user.stale", to: [1], of: "b")
            let source = try directory.openForReading("a")
            let target = try directory.openForWriting("b")
            let refused = try FileDescriptor.copyExtendedAttributes(from: source, to: target)
            let copied = try directory.extendedAttributes(of: "b").filter { $0.key.hasPrefix("user.") }
            #expect(refused.isEmpty)
            #expect(copied == ["user.small": [1, 0, 2], "user.large": large, "user.empty": []])
            try directory.removeExtendedAttribute("user.small", of: "b")
            try directory.removeExtendedAttribute("user.small", of: "b")
            #expect(try directory.extendedAttributes(of: "b")["user.small"] == nil)
        }
    }

    @Test func `access control lists go with a copy of the attributes`() throws {
        try withTemporaryDirectory { directory, _ in
            try write("x", to: "a", in: directory)
            try write("y", to: "b", in: directory)
            try directory.setExtendedAttribute("system.posix_acl_access", to: Self.accessList, of: "a")
            let source = try directory.openForReading("a")
            let target = try directory.openForWriting("b")
            let refused = try FileDescriptor.copyExtendedAttributes(from: source, to: target)
            #expect(refused.isEmpty)
            #expect(try directory.extendedAttributes(of: "b")["system.posix_acl_access"] == Self.accessList)
        }
    }

    @Test(.enabled(if: isRoot, "security attributes need root"))
    func `capabilities and attributes of the kernel go with a copy, and those of a link are its own`() throws {
        try withTemporaryDirectory { directory, _ in
            try write("x", to: "a", in: directory)
            try write("y", to: "b", in: directory)
            try directory.makeSymbolicLink(target: "a", "link")
            let capability: [UInt8] = [1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
            try directory.setExtendedAttribute("security.capability", to: capability, of: "a")
            try directory.setExtendedAttribute("trusted.mark", to: [5], of: "link")
            let source = try directory.openForReading("a")
            let target = try directory.openForWriting("b")
            try FileDescriptor.copyExtendedAttributes(from: source, to: target)
            #expect(try directory.extendedAttributes(of: "b") == ["security.capability": capability])
            #expect(try directory.extendedAttributes(of: "link") == ["trusted.mark": [5]])
        }
    }

    @Test func `a file handle stays with a directory that is moved and differs between directories`() throws {
        try withTemporaryDirectory { directory, _ in
            try directory.makeDirectory("a")
            try directory.makeDirectory("b")
            let before = try directory.openSubdirectory("a").fileHandle()
            let other = try directory.openSubdirectory("b").fileHandle()
            try directory.rename("a", to: "c")
            #expect(try directory.openSubdirectory("c").fileHandle() == before)
            #expect(before != other)
            #expect(!before.bytes.isEmpty)
        }
    }

    /// Version 2: the owner reads and writes, user 1000 reads, the group reads, the mask reads, others nothing.
    private static let accessList: [UInt8] = {
        let entries: [(tag: UInt16, permissions: UInt16, id: UInt32)] = [
            (0x01, 6, .max), (0x02, 4, 1_000), (0x04, 4, .max), (0x10, 4, .max), (0x20, 0, .max),
        ]
        var bytes: [UInt8] = [2, 0, 0, 0]
        for entry in entries {
            withUnsafeBytes(of: entry.tag.littleEndian) { bytes += $0 }
            withUnsafeBytes(of: entry.permissions.littleEndian) { bytes += $0 }
            withUnsafeBytes(of: entry.id.littleEndian) { bytes += $0 }
        }
        return bytes
    }()
}
