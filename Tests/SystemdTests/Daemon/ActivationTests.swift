import Glibc
import Testing

@testable import Systemd

/// Each runs in a process of its own, because descriptors and environment belong to the whole process.
@Suite struct ActivationTests {
    @Test func `passed sockets are taken once, in order, with their names and closed on exec`() async {
        await #expect(processExitsWith: .success) {
            try pass(count: 2)
            setenv("LISTEN_FDNAMES", "control:metrics", 1)
            let sockets = try Activation.sockets()
            #expect(
                sockets == [
                    ActivatedSocket(descriptor: 3, name: "control"), ActivatedSocket(descriptor: 4, name: "metrics"),
                ])
            for socket in sockets {
                #expect(fcntl(socket.descriptor, F_GETFD) & FD_CLOEXEC != 0)
            }
            #expect(getenv("LISTEN_FDS") == nil && getenv("LISTEN_PID") == nil && getenv("LISTEN_FDNAMES") == nil)
            #expect(try Activation.sockets().isEmpty)
        }
    }

    @Test func `sockets without names are unknown`() async {
        await #expect(processExitsWith: .success) {
            try pass(count: 1)
            #expect(try Activation.sockets() == [ActivatedSocket(descriptor: 3, name: "unknown")])
        }
    }

    @Test func `sockets for another process are not taken`() async {
        await #expect(processExitsWith: .success) {
            try pass(count: 1)
            setenv("LISTEN_PID", "1", 1)
            #expect(try Activation.sockets().isEmpty)
            #expect(getenv("LISTEN_FDS") == nil)
        }
    }

    @Test func `names that do not match the number of sockets are an error`() async {
        await #expect(processExitsWith: .success) {
            try pass(count: 1)
            setenv("LISTEN_FDNAMES", "a:b:c", 1)
            #expect(throws: SystemdError.self) { try Activation.sockets() }
        }
    }

    @Test func `a process that nobody passed anything has none`() async {
        await #expect(processExitsWith: .success) {
            unsetenv("LISTEN_FDS")
            let sockets = try Activation.sockets()
            #expect(sockets.isEmpty)
        }
    }
}

/// Puts sockets where a service manager would, over whatever descriptors the test process has there.
private func pass(count: Int32) throws {
    let source = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard source >= 0 else { throw SystemCallFailed(call: "socket", number: errno) }
    for target in 3..<(3 + count) where target != source {
        guard dup2(source, target) == target else { throw SystemCallFailed(call: "dup2", number: errno) }
    }
    setenv("LISTEN_PID", "\(getpid())", 1)
    setenv("LISTEN_FDS", "\(count)", 1)
}
