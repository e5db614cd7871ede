import Glibc
@_spi(HostTesting) import HostRuntime
import HostTestSupport
import LinuxIO
import Model
import Store
import TestSupport
import Testing

/// What others can put under a declared name, and what the daemon does not do through it.
@Suite(.enabled(if: geteuid() == 0, "the directories of others need root")) struct LinuxHostLinkTests {
    private static let other: UInt32 = 54_321

    /// A directory `/shared` of another user, and `/own` of root's, with a victim and hard links to it in both.
    private func withLinks(_ body: (LinuxHost, LinuxOutside, String) throws -> Void) throws {
        try withTemporaryDirectory("links") { root in
            let outside = LinuxOutside(root: root)
            outside.makeDirectory("/own")
            outside.makeDirectory("/shared")
            outside.write("/victim", "secret")
            #expect(chmod(root + "/victim", 0o4711) == 0 && chown(root + "/shared", Self.other, Self.other) == 0)
            #expect(link(root + "/victim", root + "/own/link") == 0)
            #expect(link(root + "/victim", root + "/shared/link") == 0)
            #expect(chmod(root + "/victim", 0o4711) == 0)
            try body(LinuxHost(root: try RootDirectory(path: root), systemd: nil), outside, root)
        }
    }

    private func expectRefusal(_ word: String, _ body: () throws -> Void) {
        let error = #expect(throws: HostError.self) { try body() }
        #expect(error?.code == .unsafePath && error?.message.contains(word) == true, "\(error as Any)")
    }

    @Test func `a hard link that others could have made is neither read nor changed through`() throws {
        try withLinks { host, outside, _ throws in
            let path = "/shared/link"
            #expect(try host.isForeignLink(path))
            expectRefusal("hard link") { _ = try host.digest(of: path) }
            expectRefusal("hard link") { _ = try host.read(path) { _ in } }
            expectRefusal("hard link") { _ = try host.extendedAttributes(of: path) }
            expectRefusal("hard link") {
                try host.setMetadata(path, FileMetadata(owner: Self.other), permit: .forTests())
            }
            expectRefusal("hard link") {
                try host.setExtendedAttributes(
                    path, [ExtendedAttribute(name: "user.x", value: [1])], permit: .forTests())
            }
            let status = try #require(try host.status(of: "/victim"))
            #expect(FileMetadata(status) == FileMetadata(owner: 0, group: 0, mode: 0o4711))
            #expect(outside.text(of: "/victim") == "secret")
        }
    }

    @Test func `a hard link that only root could have made is a file like any other`() throws {
        try withLinks { host, _, _ throws in
            #expect(try !host.isForeignLink("/own/link") && !host.isForeignLink("/own/none"))
            #expect(try host.digest(of: "/own/link").1.size == 6)
            try host.setMetadata("/own/link", FileMetadata(mode: 0o600), permit: .forTests())
            #expect(try host.status(of: "/victim")?.permissions == 0o600)
        }
    }

    @Test func `a file that replaces a foreign link takes nothing over from it`() throws {
        try withLinks { host, _, _ throws in
            for name in ["shared", "own"] {
                try host.prepareFile(
                    ".aetheredge-1-0", beside: "/\(name)/link", metadata: FileMetadata(group: 7), size: 1,
                    content: { write throws(HostError) in try write([1]) }, permit: .forTests())
                let status = try #require(try host.status(of: "/\(name)/.aetheredge-1-0"))
                // Nor are set-id bits handed on to another owner or group.
                #expect(status.permissions == (name == "own" ? 0o711 : 0o644))
            }
        }
    }

    @Test func `set-id bits and capabilities are not given to a file that others can exchange`() throws {
        try withLinks { host, outside, root throws in
            for (directory, isRefused) in [("/shared", true), ("/own", false)] {
                let path = directory + "/program"
                outside.write(path, "x")
                let grant = FileMetadata(owner: Self.other, mode: 0o4755)
                if isRefused {
                    expectRefusal("set-id") {
                        try host.setMetadata(path, grant, permit: .forTests())
                    }
                    let capability = ExtendedAttribute(name: "security.capability", value: [1])
                    expectRefusal("set-id") {
                        try host.setExtendedAttributes(path, [capability], permit: .forTests())
                    }
                } else {
                    try host.setMetadata(path, grant, permit: .forTests())
                }
                #expect(try host.status(of: path)?.permissions == (isRefused ? 0o644 : 0o4755))
            }
        }
    }

    private func set(_ host: LinuxHost, _ path: String) throws {
        let metadata = FileMetadata(owner: Self.other, mode: 0o600)
        try host.setMetadata(path, metadata, within: "/own/tree", permit: .forTests())
    }

    @Test func `below a declared directory no mount and no link is gone through`() throws {
        try withLinks { host, outside, root throws in
            for path in ["/own/tree", "/own/tree/in", "/elsewhere"] { outside.makeDirectory(path) }
            for path in ["/elsewhere/file", "/own/tree/in/file"] { outside.write(path, "x") }
            symlink("in", root + "/own/tree/link")
            try set(host, "/own/tree/in/file")
            #expect(throws: HostError.self) { try set(host, "/own/tree/link/file") }
            for path in ["/elsewhere/file", "/own/treehouse", "/own/tree"] {
                expectRefusal("path") { try set(host, path) }
            }
            if mount(root + "/elsewhere", root + "/own/tree/in", nil, UInt(MS_BIND), nil) == 0 {
                for path in ["/own/tree/in/file", "/own/tree/in"] { expectRefusal("mount") { try set(host, path) } }
                umount2(root + "/own/tree/in", Int32(MNT_DETACH))
            }
            #expect(try host.status(of: "/elsewhere/file")?.owner == 0)
        }
    }

    @Test func `a lease on a file does not hold the daemon up`() throws {
        try withLinks { host, outside, root throws in
            outside.write("/shared/leased", "x")
            let file = open(root + "/shared/leased", O_RDWR | O_CLOEXEC)
            defer { close(file) }
            // F_SETSIG with a signal that is ignored by default; F_SETLEASE.
            guard fcntl(file, 10, SIGURG) == 0, fcntl(file, 1_024, Int32(F_WRLCK)) == 0 else { return }
            let start = monotonicNow()
            let error = #expect(throws: HostError.self) { try host.digest(of: "/shared/leased") }
            #expect(error?.code == .changed && error?.message.contains("lease") == true, "\(error as Any)")
            #expect(monotonicNow() - start < .seconds(5))
        }
    }
}
