import FoundationEssentials
import Glibc
import LinuxIO
import PostgresTestSupport
import Synchronization
import TestSupport
import Testing

/// A daemon on a scratch tree with a proxy before it, as a person starts them.
struct Cluster: Sendable {
    /// The scratch tree; `…/run/aetheredge/control.sock` is the socket.
    let root: String
    /// The port of the proxy.
    let port: Int
    /// Runs programs as the user of the daemon, with the kubeconfig in the environment.
    let command: Command
    private let daemon: RunningDaemon

    fileprivate init(root: String, port: Int, command: Command, daemon: RunningDaemon) {
        self.root = root
        self.port = port
        self.command = command
        self.daemon = daemon
    }

    var socketPath: String { root + "/run/aetheredge/control.sock" }

    /// Runs kubectl through the proxy.
    func run(
        _ kubectl: Kubectl, _ arguments: String..., input: String? = nil, atMost time: Duration = .seconds(60)
    ) async throws -> CommandResult {
        try await command.run([kubectl.path] + arguments, input: input, atMost: time)
    }

    /// What kubectl prints; fails the test unless it succeeds.
    func output(
        _ kubectl: Kubectl, _ arguments: String..., input: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let result = try await command.run([kubectl.path] + arguments, input: input)
        #expect(result.isSuccess, "\(result)", sourceLocation: sourceLocation)
        return result.output
    }

    /// Runs aetherctl on the socket.
    func aetherctl(_ arguments: String...) async throws -> CommandResult {
        try await command.run([Products.aetherctl] + arguments)
    }

    /// Stops the daemon, or kills it, and starts it again; the proxy stays.
    func restartDaemon(byKilling: Bool) async throws {
        try await daemon.restart(in: command, root: root, byKilling: byKilling)
    }

    /// Runs curl on the socket.
    func curl(_ path: String, _ arguments: String...) async throws -> CommandResult {
        try await command.run(
            ["curl", "-s", "--max-time", "30", "--unix-socket", socketPath, "http://localhost" + path] + arguments)
    }

    /// Writes a file beside the cluster's own; returns its path.
    func file(_ name: String, _ text: String) throws -> String {
        let path = command.directory + "/" + name
        try write(text, to: path)
        return path
    }
}

/// The programs that were built with the tests.
enum Products {
    static let aetheredged = directory + "/aetheredged"
    static let aetherctl = directory + "/aetherctl"

    private static let directory: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer[..<max(count, 0)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }()
}

/// Runs a test against a daemon and its proxy, which stop when the test ends.
///
/// `configuration` is the daemon's `aetheredge.yaml`. With `AETHEREDGE_STORE=postgres` the daemon keeps its objects in
/// a PostgreSQL of its own, unless the configuration says where.
func withCluster<Result: Sendable>(
    configuration: String = "", _ body: (Cluster) async throws -> Result
) async throws -> Result {
    try await turnstile.pass {
        let usesPostgres = getenv("AETHEREDGE_STORE").map { String(cString: $0) == "postgres" } ?? false
        guard usesPostgres, !configuration.contains("store:") else { return try await runCluster(configuration, body) }
        return try await withPostgres { server in
            let store = "store: {postgres: {connection: \"\(server.connectionString)\", partition: cluster}}\n"
            return try await runCluster(configuration + "\n" + store, body)
        }
    }
}

private let turnstile = Turnstile(places: 2)

private func runCluster<Result: Sendable>(
    _ configuration: String, _ body: (Cluster) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory("conformance") { directory in
        let root = directory + "/root"
        try FileManager.default.createDirectory(atPath: root + "/etc/aetheredge", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: directory + "/home", withIntermediateDirectories: true)
        if !configuration.isEmpty { try write(configuration, to: root + "/etc/aetheredge/aetheredge.yaml") }
        let socket = root + "/run/aetheredge/control.sock"
        let command = Command(
            directory: directory,
            environment: [
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                "HOME": directory + "/home", "KUBECONFIG": directory + "/kubeconfig", "AETHEREDGE_SOCKET": socket,
            ])
        let daemon = RunningDaemon(try await RunningDaemon.start(in: command, root: root))
        return try await stopping({ daemon.child }) {
            let proxy = try await command.start(
                [Products.aetherctl, "proxy", "--port", "0"], name: "proxy", until: "serving on")
            return try await stopping({ proxy }) {
                let told = try read(directory + "/proxy.err")
                guard let port = told.split(separator: ":").last.flatMap({ Int($0.prefix { $0.isNumber }) }) else {
                    throw ConformanceError("the proxy told no port: \(told)")
                }
                let cluster = Cluster(root: root, port: port, command: command, daemon: daemon)
                let written = try await cluster.aetherctl(
                    "kubeconfig", "--port", String(port), "--write", directory + "/kubeconfig")
                guard written.isSuccess else { throw ConformanceError("\(written)") }
                return try await body(cluster)
            }
        }
    }
}

/// The daemon of a cluster, which may be another one later.
final class RunningDaemon: Sendable {
    private let current: Mutex<ChildProcess>

    fileprivate init(_ child: ChildProcess) { current = Mutex(child) }

    fileprivate var child: ChildProcess { current.withLock { $0 } }

    fileprivate static func start(in command: Command, root: String) async throws -> ChildProcess {
        try await command.start([Products.aetheredged, "--root", root], name: "aetheredged", until: "started")
    }

    fileprivate func restart(in command: Command, root: String, byKilling: Bool) async throws {
        let old = child
        try await onOwnThread {
            if byKilling { kill(old.pid, SIGKILL) }
            old.stop()
        }
        let new = try await Self.start(in: command, root: root)
        current.withLock { $0 = new }
    }
}

/// Runs a body, then stops a program whatever came of it.
private func stopping<Result: Sendable>(
    _ child: @escaping @Sendable () -> ChildProcess, _ body: () async throws -> Result
) async throws -> Result {
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    let status = try await onOwnThread { child().stop() }
    #expect(status == 0, "the program must stop when it is asked to")
    return try result.get()
}
