import Testing

@testable import LinuxIO

@Suite struct MountInformationTests {
    @Test func `a line gives all its fields, however many optional ones there are`() throws {
        let line = "36 35 98:0 /mnt1 /mnt\\040two\\134 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue"
        let mount = try #require(MountInformation(line: line[...]))
        #expect(mount.id == 36 && mount.parentID == 35)
        #expect(mount.device == FileStatus.device(major: 98, minor: 0))
        #expect(mount.root == "/mnt1" && mount.mountPoint == "/mnt two\\")
        #expect(mount.options == ["rw", "noatime"] && mount.superOptions == ["rw", "errors=continue"])
        #expect(mount.type == "ext3" && mount.source == "/dev/root")
        #expect(!mount.isReadOnly)
    }

    @Test(arguments: ["36 35 98:0 / /m ro - ext4 x rw", "36 35 98:0 / /m rw - ext4 x ro"])
    func `a mount is read-only by either set of options`(line: String) throws {
        #expect(try #require(MountInformation(line: line[...])).isReadOnly)
    }

    @Test(arguments: [
        "", "36", "a 35 98:0 / /m rw - ext4 x rw", "36 35 98 / /m rw - ext4 x rw", "36 35 98:0 / /m rw ext4 x rw y",
        "36 35 98:0 / /m rw - ext4 x", "36 35 98:0 / /m rw -", "- - - - - - - - - - -",
    ])
    func `a line that lacks something is none`(line: String) {
        #expect(MountInformation(line: line[...]) == nil)
    }

    @Test func `an escape that is none stays as it is`() throws {
        let mount = try #require(MountInformation(line: "1 2 3:4 / /a\\9\\04 rw - t s o"[...]))
        #expect(mount.mountPoint == "/a\\9\\04")
    }

    @Test func `this host has a root, which statx finds by the same id and device`() throws {
        let mounts = try MountInformation.current()
        let status = try #require(try RootDirectory(path: "/").status(of: "/"))
        let mount = try #require(mounts.first { $0.id == status.mountID })
        #expect(mount.mountPoint == "/" && mount.device == status.device)
        let table = try MountInformation.openTable()
        #expect(table.rawValue >= 0)
    }
}
