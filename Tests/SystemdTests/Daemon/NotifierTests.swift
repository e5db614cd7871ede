import Glibc
import Testing

@testable import Systemd

/// Each runs in a process of its own, because the environment belongs to the whole process.
@Suite struct NotifierTests {
    @Test func `every state arrives at the socket as one datagram`() async {
        await #expect(processExitsWith: .success) {
            try withTemporaryDirectory { directory in
                let socket = try NotifySocket(path: directory + "/notify")
                let notifier = Notifier()
                let told = [
                    try notifier.ready(), try notifier.stopping(), try notifier.watchdog(), try notifier.mainPID(42),
                    try notifier.extendTimeout(by: .milliseconds(1500)),
                ]
                #expect(told.allSatisfy { $0 })
                #expect(try socket.receive() == "READY=1")
                #expect(try socket.receive() == "STOPPING=1")
                #expect(try socket.receive() == "WATCHDOG=1")
                #expect(try socket.receive() == "MAINPID=42")
                #expect(try socket.receive() == "EXTEND_TIMEOUT_USEC=1500000")
                try notifier.reloading()
                #expect(try socket.receive().hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
            }
        }
    }

    @Test func `a status cannot smuggle in another assignment`() async {
        await #expect(processExitsWith: .success) {
            try withTemporaryDirectory { directory in
                let socket = try NotifySocket(path: directory + "/notify")
                try Notifier().status("fine\nMAINPID=1\r\u{7f}é")
                #expect(try socket.receive() == "STATUS=fine MAINPID=1  é")
            }
        }
    }

    @Test func `without a socket nothing happens and nobody is told`() async {
        await #expect(processExitsWith: .success) {
            unsetenv("NOTIFY_SOCKET")
            let told = [try Notifier().ready(), try Notifier().status("x")]
            #expect(told == [false, false])
        }
    }

    @Test func `a socket that is gone is an error`() async {
        await #expect(processExitsWith: .success) {
            setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1)
            let error = #expect(throws: SystemdError.self) { try Notifier().ready() }
            #expect(error?.code == .unavailable)
        }
    }

    @Test func `the watchdog interval is this process's alone`() async {
        await #expect(processExitsWith: .success) {
            unsetenv("WATCHDOG_USEC")
            #expect(Notifier.watchdogInterval == nil)
            setenv("WATCHDOG_USEC", "30000000", 1)
            #expect(Notifier.watchdogInterval == .seconds(30))
            setenv("WATCHDOG_PID", "\(getpid())", 1)
            #expect(Notifier.watchdogInterval == .seconds(30))
            setenv("WATCHDOG_PID", "1", 1)
            #expect(Notifier.watchdogInterval == nil)
            unsetenv("WATCHDOG_PID")
            setenv("WATCHDOG_USEC", "soon", 1)
            #expect(Notifier.watchdogInterval == nil)
        }
    }
}

/// The manager's end of the notification socket.
private struct NotifySocket: ~Copyable {
    private let descriptor: Int32

    /// Binds a socket and names it in the environment.
    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        try bindUnixSocket(descriptor, path)
        setenv("NOTIFY_SOCKET", path, 1)
    }

    deinit {
        close(descriptor)
    }

    func receive() throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        guard count >= 0 else { throw SystemCallFailed(call: "recv", number: errno) }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}
