import ControlAPI
import ControlClient
import FoundationEssentials
import Glibc
import LinuxIO
import Logging
import Model
import ServiceLifecycle
import Store
import TestSupport
import Testing

/// A server on a socket of its own, with a store in memory and actions that record what they were asked.
struct ServerFixture: Sendable {
    let socketPath: String
    let client: APIClient
    let store: SQLiteObjectStore
    let resources: ResourceTable
    let recorder: ActionRecorder
    let metrics: MetricsRegistry
    let group: ServiceGroup

    /// Checks that the server still answers.
    func expectAnswer() async throws {
        let version = try await client.version()
        #expect(version["version"] == "1.2.3")
    }

    /// Stops the server gracefully, as the daemon does.
    func stop() async { await group.triggerGracefulShutdown() }
}

/// Runs a test against a server that stops when the test ends, in a directory of its own.
func withServer<Result>(
    limits: ServerLimits = ServerLimits(), authorizer: Authorizer = Authorizer(),
    readiness: @escaping @Sendable () async -> String? = { nil }, deepening: Int = 0,
    _ body: (ServerFixture) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory("api") { root in
        // Other users of the host get as far as the socket.
        guard chmod(root, 0o755) == 0 else { throw UnexpectedSuccess() }
        var directory = root
        for _ in 0..<deepening { directory += "/" + String(repeating: "d", count: 100) }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        return try await runServer(
            in: directory, database: try HostDatabase.inMemory(), limits: limits, authorizer: authorizer,
            readiness: readiness, body)
    }
}

/// Runs a test against a server of a database that stops when the test ends.
func runServer<Result>(
    in directory: String, database: HostDatabase, limits: ServerLimits = ServerLimits(),
    authorizer: Authorizer = Authorizer(), readiness: @escaping @Sendable () async -> String? = { nil },
    _ body: (ServerFixture) async throws -> Result
) async throws -> Result {
    let name = "control.sock"
    let handle = try DirectoryHandle(trustedPath: directory)
    let socket = try listenUnixSocket(in: handle, name: name, mode: 0o666)
    let store = SQLiteObjectStore(database)
    let resources = ResourceTable(database)
    let revoked = RevokedTokens()
    let recorder = ActionRecorder()
    let metrics = MetricsRegistry()
    let services = ControlServices(
        store: store, readers: [ResourceKind.descriptor.kind: ResourceProjection(resources)],
        actions: recorder.actions, readiness: readiness, resourceCounts: { try resources.counts() },
        publishBookmarks: { try await store.publishBookmarks() }, version: ["version": "1.2.3"],
        userName: { $0 == 0 ? "root" : nil }, groupName: { $0 == 0 ? "root" : nil },
        tokens: TokenAuthority(key: TokenAuthority.randomKey()),
        revocations: TokenRevocations([:], store: revoked.change), now: systemWallTime)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let server = try ControlServer(
        listeningOn: socket, services: services, authorizer: authorizer, metrics: metrics, limits: limits,
        logger: logger)
    let group = ServiceGroup(services: [server], logger: logger)
    let path = directory + "/" + name
    let client = try APIClient(socketPath: path, timeout: .seconds(30))
    let fixture = ServerFixture(
        socketPath: path, client: client, store: store, resources: resources, recorder: recorder, metrics: metrics,
        group: group)
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
        await client.shutdown()
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return try result.get()
    }
}
