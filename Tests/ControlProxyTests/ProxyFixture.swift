import ControlClient
import ControlProxy
import FoundationEssentials
import Glibc
import LinuxIO
import Logging
import Model
import ServiceLifecycle
import Synchronization
import TestSupport

/// A proxy before a socket on which the test plays the daemon.
struct ProxyFixture: Sendable {
    let daemon: FakeDaemon
    let port: Int
    let directory: String
    private let group: ServiceGroup

    init(daemon: FakeDaemon, port: Int, directory: String, group: ServiceGroup) {
        (self.daemon, self.port, self.directory, self.group) = (daemon, port, directory, group)
    }

    /// Asks the proxy to stop, as a signal does.
    func stop() async { await group.triggerGracefulShutdown() }

    /// Starts curl with the proxy's certificate; its output and status come when it has ended.
    func curl(_ path: String, _ arguments: String...) throws -> RunningCurl {
        try RunningCurl(
            ["-s", "-i", "-N", "--max-time", "30", "--cacert", directory + "/ca.pem"] + arguments
                + ["https://127.0.0.1:\(port)\(path)"])
    }
}

/// A curl that runs; its calls block.
struct RunningCurl: Sendable {
    private let output: OwnedDescriptor
    private let process: ChildProcess

    var pid: pid_t { process.pid }

    init(_ arguments: [String]) throws {
        let pipe = try ChildPipe()
        process = try ChildProcess.start(
            ["curl"] + arguments, environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C"],
            output: .descriptor(pipe.writing))
        pipe.writing.close()
        output = pipe.reading
    }

    /// Reads until a text is there, or nothing more comes.
    func read(until text: String? = nil) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let text, String(decoding: bytes, as: UTF8.self).contains(text) { break }
            let count = Glibc.read(output.number, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Waits for the end; the status of curl.
    @discardableResult
    func wait() -> Int32 { process.wait() }
}

/// Runs a test against a proxy that stops when the test ends.
func withProxy<Result>(
    limits: ProxyLimits = ProxyLimits(), _ body: (ProxyFixture) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory("proxy") { directory in
        let daemon = try FakeDaemon(in: directory)
        let now = wallClockNow()
        let certificate = try ProxyCertificate.inDirectory(
            try DirectoryHandle(trustedPath: directory), now: WallTime(nanoseconds: now.seconds * 1_000_000_000))
        try Data(certificate.certificate.utf8).write(to: URL(filePath: directory + "/ca.pem"))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let server = try ProxyServer(
            port: 0, location: SocketLocation(path: daemon.path), certificate: certificate, limits: limits,
            logger: logger
        ) { continuation.yield($0) }
        let group = ServiceGroup(services: [server], logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let port = await iterator.next(isolation: #isolation) ?? 0
            let fixture = ProxyFixture(daemon: daemon, port: port, directory: directory, group: group)
            let result: Swift.Result<Result, any Error>
            do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try result.get()
        }
    }
}
