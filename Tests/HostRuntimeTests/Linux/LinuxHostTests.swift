import Glibc
@_spi(HostTesting) import HostRuntime
import HostTestSupport
import LinuxIO
import Model
import TestSupport
import Testing

/// What only a real kernel does.
///
/// Tests that need root or a mount are skipped with a reason where they cannot run.
@Suite struct LinuxHostTests {
    static let isRoot = geteuid() == 0

    private func withHost(_ body: (LinuxHost, LinuxOutside, String) throws -> Void) throws {
        try withTemporaryDirectory("linux-host") { root in
            let host = LinuxHost(root: try RootDirectory(path: root), systemd: nil)
            try body(host, LinuxOutside(root: root), root)
        }
    }

    /// Mounts a small tmpfs at `/mnt` of the root; false where mounting is not allowed.
    private func withMount(
        _ options: String, _ body: (LinuxHost, LinuxOutside, String) throws -> Void
    ) throws -> Bool {
        var isMounted = false
        try withHost { host, outside, root throws in
            outside.makeDirectory("/mnt")
            guard mount("tmpfs", root + "/mnt", "tmpfs", 0, options) == 0 else { return }
            isMounted = true
            defer { umount2(root + "/mnt", Int32(MNT_DETACH)) }
            try body(host, outside, root)
        }
        return isMounted
    }

    private func prepare(_ host: LinuxHost, _ path: String, _ bytes: [UInt8]) throws(HostError) {
        try host.prepareFile(
            ".aetheredge-1-0", beside: path, metadata: FileMetadata(), size: Int64(bytes.count),
            content: { write throws(HostError) in try write(bytes) }, permit: .forTests())
    }

    @Test func `a directory that is kept open is the one that was found first`() throws {
        try withHost { host, outside, root throws in
            for directory in ["/a", "/a/b", "/ab"] { outside.makeDirectory(directory) }
            let kept = host.keepingDirectories()
            try prepare(kept, "/a/x", [1])
            #expect(rename(root + "/a", root + "/moved") == 0)
            outside.makeDirectory("/a")
            try kept.install(".aetheredge-1-0", as: "/a/x", permit: .forTests())
            #expect(outside.bytes(of: "/moved/x") == [1] && outside.bytes(of: "/a/x") == nil)
            #expect(try kept.status(of: "/a/x") != nil && host.status(of: "/a/x") == nil)
            // Elsewhere, though the path begins with the same bytes; and back.
            #expect(
                try kept.status(of: "/a/b/x") == nil && kept.status(of: "/ab") != nil && kept.status(of: "/") != nil)
            try prepare(kept, "/ab/x", [2])
            try kept.install(".aetheredge-1-0", as: "/ab/x", permit: .forTests())
            #expect(outside.bytes(of: "/ab/x") == [2])
            #expect(try kept.status(of: "/a/x") == nil)
        }
    }

    @Test(.enabled(if: isRoot, "attributes need root")) func `an immutable file says chattr`() throws {
        try withHost { host, outside, root throws in
            outside.write("/file", "x")
            let file = try DirectoryHandle(trustedPath: root).openForReading("file")
            do { try file.setAttributes(isImmutable: true, isAppendOnly: false) } catch { return }
            defer { try? file.setAttributes(isImmutable: false, isAppendOnly: false) }
            try prepare(host, "/file", [1])
            expectImmutable { _ = try host.exchange(".aetheredge-1-0", with: "/file", permit: .forTests()) }
            expectImmutable { try host.setMetadata("/file", FileMetadata(mode: 0o600), permit: .forTests()) }
        }
    }

    private func expectImmutable(_ body: () throws -> Void) {
        let error = #expect(throws: HostError.self) { try body() }
        #expect(error?.code == .notPermitted)
        #expect(error?.message.contains("it is immutable; run 'chattr -i /file'") == true)
    }

    @Test(.enabled(if: isRoot, "attributes need root"))
    func `an immutable directory is named, also before a name that begins with a combining mark`() throws {
        try withHost { host, outside, root throws in
            outside.makeDirectory("/d")
            outside.write("/d/\u{301}file", "x")
            let directory = FileDescriptor(owning: open(root + "/d", O_RDONLY | O_DIRECTORY | O_CLOEXEC))
            do { try directory.setAttributes(isImmutable: true, isAppendOnly: false) } catch { return }
            defer { try? directory.setAttributes(isImmutable: false, isAppendOnly: false) }
            let error = #expect(throws: HostError.self) { try prepare(host, "/d/\u{301}file", [1]) }
            #expect(error?.message.contains("its directory '/d' is immutable; run 'chattr -i /d'") == true)
        }
    }

    @Test(.enabled(if: isRoot, "mounting needs root")) func `no space names the path, and nothing is left`() throws {
        _ = try withMount("size=2m") { host, _, _ throws in
            for size in [4 << 20, 3 << 20] {
                let error = #expect(throws: HostError.self) {
                    try prepare(host, "/mnt/large", [UInt8](repeating: 1, count: size))
                }
                #expect(error?.code == .noSpace)
                #expect(error?.message.hasPrefix("cannot write '/mnt/large': no space") == true, "\(error as Any)")
                let marked = #expect(throws: HostError.self) {
                    try prepare(host, "/mnt/\u{301}large", [UInt8](repeating: 1, count: size))
                }
                #expect(marked?.message.contains("/mnt'; make room") == true, "\(marked as Any)")
                #expect(try host.entries(of: "/mnt", limit: 9) == [])
            }
        }
    }

    @Test(.enabled(if: isRoot, "mounting needs root")) func `a read-only file system says so`() throws {
        _ = try withMount("size=1m") { host, outside, root throws in
            outside.write("/mnt/file", "x")
            guard mount("tmpfs", root + "/mnt", "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), "") == 0 else { return }
            let error = #expect(throws: HostError.self) { try prepare(host, "/mnt/file", [1]) }
            #expect(error?.code == .readOnly)
            #expect(error?.message.contains("mount -o remount,rw \(root)/mnt") == true, "\(error as Any)")
        }
    }

    @Test(.enabled(if: isRoot, "mounting needs root")) func `nothing is removed or walked across a mount`() throws {
        _ = try withMount("size=1m") { host, outside, root throws in
            outside.write("/mnt/precious", "x")
            outside.makeDirectory("/tree")
            outside.makeDirectory("/tree/in")
            outside.write("/tree/a", "x")
            guard mount(root + "/mnt", root + "/tree/in", nil, UInt(MS_BIND), nil) == 0 else { return }
            defer { umount2(root + "/tree/in", Int32(MNT_DETACH)) }
            var seen: [String] = []
            try host.walk("/tree", limit: 9) { path, _ in seen.append(path) }
            #expect(seen == ["/tree/a"])
            let error = #expect(throws: HostError.self) {
                try host.discard("tree", beside: "/any", permit: .forTests())
            }
            #expect(error?.code == .unsafePath && error?.message.contains("mount point") == true)
            #expect(outside.text(of: "/mnt/precious") == "x" && outside.text(of: "/tree/a") == "x")
        }
    }

    @Test func `a name that is not UTF-8 is refused, and discarded with its tree`() throws {
        try withHost { host, outside, root throws in
            outside.makeDirectory("/tree")
            let bytes = Array((root + "/tree/a").utf8CString.dropLast()) + [CChar(bitPattern: 0xff), 0]
            close(open(bytes, O_CREAT | O_WRONLY | O_CLOEXEC, 0o644))
            let error = #expect(throws: HostError.self) { try host.entries(of: "/tree", limit: 9) }
            #expect(error?.code == .unsafePath && error?.message.contains("'a\\xff'") == true, "\(error as Any)")
            try host.discard("tree", beside: "/any", permit: .forTests())
            #expect(try host.status(of: "/tree") == nil)
        }
    }

    @Test(.enabled(if: isRoot, "owners need root")) func `an ACL is kept and its mask is the mode`() throws {
        try withHost { host, outside, _ throws in
            outside.write("/file", "x")
            // Version 2; user::rw-, user:33:rwx, group::r--, mask::rwx, other::---.
            let acl: [UInt8] = [
                2, 0, 0, 0, 1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 7, 0, 33, 0, 0, 0, 4, 0, 4, 0, 255, 255, 255, 255, 16,
                0,
                7, 0, 255, 255, 255, 255, 32, 0, 0, 0, 255, 255, 255, 255,
            ]
            guard outside.setAttribute("/file", "system.posix_acl_access", acl) else { return }
            let before = try host.extendedAttributes(of: "/file")
            try prepare(host, "/file", [1])
            #expect(try host.extendedAttributes(of: "/.aetheredge-1-0") == before)
            #expect(try host.status(of: "/.aetheredge-1-0")?.permissions == 0o670)
        }
    }

    @Test func `a file that is written all the time is told as changing`() throws {
        try withHost { host, outside, root throws in
            outside.write("/file", [UInt8](repeating: 1, count: 100))
            let error = #expect(throws: HostError.self) {
                _ = try host.read("/file") { _ in outside.write("/file", [UInt8](repeating: 2, count: 101)) }
            }
            #expect(error?.code == .changed)
        }
    }

    @Test func `a command runs with its output, its status and the root`() throws {
        try withHost { host, _, root throws in
            let result = try host.run(
                ["/bin/sh", "-c", "echo out; echo err >&2; echo $AETHEREDGE_ROOT; exit 3"], name: "t",
                timeoutSeconds: 20, permit: .forTests())
            #expect(result.status == 3 && result.output == "out\nerr\n\(root)\n")
            let byName = try host.run(["true"], name: "t", timeoutSeconds: 20, permit: .forTests())
            #expect(byName.status == 0)
            let missing = try host.run(["no-such-command"], name: "t", timeoutSeconds: 20, permit: .forTests())
            #expect(missing.status == 127)
            let killed = try host.run(
                ["/bin/sh", "-c", "kill -9 $$"], name: "t", timeoutSeconds: 20, permit: .forTests())
            #expect(killed.status == 137)
        }
    }

    @Test(.tags(.i8)) func `a command is killed with its group at the timeout, and its output is bounded`() throws {
        try withHost { host, outside, root throws in
            let started = bootTimeNow()
            let error = #expect(throws: HostError.self) {
                try host.run(
                    ["/bin/sh", "-c", "echo before; sleep 60 & echo $! > \(root)/pid; wait"], name: "t",
                    timeoutSeconds: 1, permit: .forTests())
            }
            #expect(error?.code == .timeout && error?.message.contains("before") == true, "\(error as Any)")
            #expect(bootTimeNow() - started < .seconds(30))
            let child = try #require(outside.text(of: "/pid").flatMap { Int32($0.dropLast()) })
            // The kill was sent to the whole group; its end is the kernel's, so wait for it by its own signal.
            #expect(kill(child, 0) != 0 || Self.isEnding(child))
            let loud = try host.run(
                ["/bin/sh", "-c", "yes | head -c 1000000"], name: "t", timeoutSeconds: 20, permit: .forTests())
            #expect(loud.output.utf8.count <= 16_384 && loud.output.hasSuffix("y\n"))
        }
    }

    @Test func `a child in the background does not keep its parent's end from being seen`() throws {
        try withHost { host, _, _ throws in
            let started = bootTimeNow()
            let result = try host.run(
                ["/bin/sh", "-c", "sleep 50 & echo done"], name: "t", timeoutSeconds: 40, permit: .forTests())
            #expect(result.status == 0 && result.output == "done\n")
            #expect(bootTimeNow() - started < .seconds(20))
        }
    }

    @Test func `root and numbers need no account`() throws {
        try withHost { host, outside, _ throws in
            #expect(try host.userID("root") == 0 && host.groupID("root") == 0)
            #expect(try host.userID("1234") == 1_234)
            #expect(try host.userID("somebody") == nil)
            outside.makeDirectory("/etc")
            outside.write("/etc/passwd", "somebody:x:77:78::/:/bin/sh\n")
            #expect(try host.userID("somebody") == 77)
            #expect(host.userName(77) == "somebody" && host.userName(79) == "79")
        }
    }

    @Test func `without systemd units say so`() throws {
        try withHost { host, _, _ throws in
            #expect(!host.hasUnits)
            let error = #expect(throws: HostError.self) { try host.units(["a.service"]) }
            #expect(error?.code == .unavailable)
        }
    }

    /// Whether a process was killed and waits for its parent, or is gone.
    private static func isEnding(_ pid: Int32) -> Bool {
        guard let process = try? readFile("/proc/\(pid)/stat", limit: 4_096) else { return true }
        let text = String(decoding: process, as: UTF8.self)
        return text.contains(") Z ") || text.contains(") X ")
    }
}
