import Glibc
import Testing

@testable import LinuxIO

@Suite struct UnixSocketTests {
    @Test func `a socket with a path far beyond 108 bytes is bound, reached and has its mode`() throws {
        try withTemporaryDirectory { directory, path in
            let long = String(repeating: "d", count: 200)
            try directory.makeDirectory(long)
            let inner = try directory.openSubdirectory(long)
            let listener = try listenUnixSocket(in: inner, name: "api.sock", mode: 0o666)
            #expect(try inner.status(of: "api.sock")?.permissions == 0o666)
            #expect(try inner.entries().map(\.name) == ["api.sock"])
            let client = try connectUnix("\(path)/\(long)/api.sock")
            let server = try acceptUnix(on: listener)
            try client.writeAll([1, 2, 3])
            var bytes = [UInt8](repeating: 0, count: 8)
            let count = try bytes.withUnsafeMutableBytes { try server.read(into: $0) }
            #expect(bytes[..<count] == [1, 2, 3])
        }
    }

    @Test func `the other end is known by process, user and groups`() throws {
        try withTemporaryDirectory { directory, path in
            let listener = try listenUnixSocket(in: directory, name: "s")
            let client = try connectUnix(path + "/s")
            let server = try acceptUnix(on: listener)
            let peer = try PeerCredentials(ofSocket: server.rawValue)
            #expect(peer.pid == getpid() && peer.uid == geteuid() && peer.gid == getegid())
            #expect(Set(peer.groups) == Set(Self.ownGroups))
            _ = consume client
        }
    }

    @Test func `a live socket is refused and keeps working`() throws {
        try withTemporaryDirectory { directory, path in
            let listener = try listenUnixSocket(in: directory, name: "s")
            let error = failure { () throws(LinuxIOError) in _ = try listenUnixSocket(in: directory, name: "s") }
            #expect(error?.code == .addressInUse)
            #expect(error?.path == path + "/s")
            _ = try connectUnix(path + "/s")
            _ = consume listener
        }
    }

    @Test func `a socket that nobody listens on is replaced`() throws {
        try withTemporaryDirectory { directory, path in
            do { _ = try listenUnixSocket(in: directory, name: "s") }
            let stale = failure { () throws(LinuxIOError) in _ = try connectUnix(path + "/s") }
            #expect(stale?.code == .connectionRefused)
            let listener = try listenUnixSocket(in: directory, name: "s")
            _ = try connectUnix(path + "/s")
            _ = consume listener
        }
    }

    @Test func `a file in place of a socket is refused and kept`() throws {
        try withTemporaryDirectory { directory, _ in
            try write("precious", to: "s", in: directory)
            try directory.makeSymbolicLink(target: "s", "link")
            for name in ["s", "link"] {
                let error = failure { () throws(LinuxIOError) in _ = try listenUnixSocket(in: directory, name: name) }
                #expect(error?.code == .exists)
            }
            #expect(try content(of: "s", in: directory) == "precious")
            #expect(try directory.entries().count == 2)
        }
    }

    @Test func `a name that cannot be taken leaves no temporary behind`() throws {
        try withTemporaryDirectory { directory, _ in
            for name in ["", "a/b", ".."] {
                let error = failure { () throws(LinuxIOError) in _ = try listenUnixSocket(in: directory, name: name) }
                #expect(error?.code == .invalid)
            }
            let left = try directory.entries()
            #expect(left.isEmpty)
        }
    }

    @Test func `a server that does not answer ends a read after the timeout`() throws {
        try withTemporaryDirectory { directory, path in
            let listener = try listenUnixSocket(in: directory, name: "s")
            let client = try connectUnix(path + "/s", timeout: .milliseconds(20))
            let error = failure { () throws(LinuxIOError) in _ = try client.readAll(limit: 10) }
            #expect(error?.code == .again)
            _ = consume listener
        }
    }

    @Test func `a path where nothing is says so`() throws {
        try withTemporaryDirectory { _, path in
            let error = failure { () throws(LinuxIOError) in _ = try connectUnix(path + "/none") }
            #expect(error == LinuxIOError(code: .noEntry, call: "connect", path: path + "/none"))
            #expect(failure { () throws(LinuxIOError) in _ = try connectUnix(path + "/no/such") }?.code == .noEntry)
        }
    }

    private static var ownGroups: [UInt32] {
        var groups = [gid_t](repeating: 0, count: 65_536)
        let count = getgroups(Int32(groups.count), &groups)
        return Array(groups[..<Int(max(count, 0))])
    }
}
