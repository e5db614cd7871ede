import FoundationEssentials
import Glibc
import LinuxIO
public import Postgres
import Synchronization
import TestSupport

/// A PostgreSQL server of a test's own.
public final class PostgresServer: Sendable {
    /// How a server is stopped.
    public enum Stop: String, Sendable {
        /// Ends every session, writes everything out.
        case fast = "INT"
        /// As a crash: nothing is written out, and the next start recovers from the log.
        case crash = "QUIT"
    }

    /// The server of the suite's `.postgres`.
    @TaskLocal static var shared: PostgresServer?

    /// Where the cluster and the socket are.
    public let directory: String
    private let settings: [String: String]
    private let running = Mutex<(process: ChildProcess, input: OwnedDescriptor)?>(nil)
    /// Starting and stopping block.
    private let thread: WorkerThread

    /// The server of the suite that runs this test, which carries `.postgres`.
    public static var current: PostgresServer {
        get throws {
            guard let shared else { throw PostgresServerError("the suite of this test needs the trait '.postgres'") }
            return shared
        }
    }

    init(directory: String, settings: [String: String]) throws {
        self.directory = directory
        self.settings = settings
        thread = try WorkerThread(name: "pg-test")
    }

    /// The connection string of the database `postgres`, for a role that may do everything.
    public var connectionString: String {
        "host=\(directory) port=\(settings["port"] ?? "5432") user=aetheredge dbname=postgres"
    }

    /// Settings of a connection to the server, or to it through a proxy.
    public func configuration(
        _ more: String = "", through proxy: PostgresProxy? = nil, password: String? = nil,
        connectTimeout: Duration = .seconds(5), statementTimeout: Duration = .seconds(10)
    ) throws -> PostgresConfiguration {
        let way = proxy.map { "host=\($0.directory) user=aetheredge dbname=postgres" } ?? connectionString
        return try PostgresConfiguration(
            connection: way + " " + more, password: password, connectTimeout: connectTimeout,
            statementTimeout: statementTimeout)
    }

    /// Makes the cluster.
    func initialise() async throws {
        try await thread.run { [self] in
            guard let programs = PostgresProgram.directory else {
                throw PostgresServerError("PostgreSQL is not installed; run: make deps")
            }
            if let account = PostgresProgram.account, chown(directory, account.user, account.group) != 0 {
                throw PostgresServerError("cannot give '\(directory)' to the server's account: errno \(errno)")
            }
            let words = [
                "\(programs)/initdb", "-D", "\(directory)/data", "-U", "aetheredge", "-A", "trust", "-E", "UTF8",
                "--locale=C", "--no-sync", "--no-instructions",
            ]
            let log = "\(directory).initdb"
            defer { unlink(log) }
            let (process, input) = try PostgresProgram.spawn(PostgresProgram.command(words), log: log)
            input.close()
            guard process.wait() == 0 else {
                throw PostgresServerError("initdb failed: \((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")")
            }
        }
    }

    /// Starts the server and returns once it takes connections.
    public func start() async throws {
        try await thread.run { [self] in
            precondition(running.withLock { $0 == nil }, "the server runs already")
            let programs = PostgresProgram.directory ?? ""
            var words = [
                "/bin/sh", "-c", Self.script, "postgres", directory, "\(programs)/postgres", "-D", "\(directory)/data",
                "-k", directory,
            ]
            var all = [
                "listen_addresses": "", "fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB",
                "max_connections": "250", "wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off",
            ]
            all.merge(settings) { $1 }
            for (name, value) in all.sorted(by: { $0.key < $1.key }) { words += ["-c", "\(name)=\(value)"] }
            let child = try PostgresProgram.spawn(PostgresProgram.command(words), log: "\(directory)/log")
            running.withLock { $0 = child }
        }
        let connection = try PostgresConnection(name: "pg-start", configuration: configuration())
        defer { connection.close() }
        try await insist { try await connection.run { _ in } }
    }

    /// Repeats a body for half a minute while the server does not take connections: it starts, or recovers.
    private func insist<Result>(_ body: () async throws -> Result) async throws -> Result {
        for _ in 0..<1_500 {
            do { return try await body() } catch let error as PostgresError where error.isOutage {
                try await thread.run { _ = try Poll().waited(.milliseconds(20)) }
            }
        }
        throw PostgresServerError("the server does not take connections: \(log)")
    }

    /// Stops the server and returns once it is gone.
    public func stop(_ way: Stop) async throws {
        try await thread.run { [self] in
            let child = running.withLock { running in
                defer { running = nil }
                return running
            }
            guard let child else { return }
            let word = Array((way.rawValue + "\n").utf8)
            _ = write(child.input.number, word, word.count)
            child.input.close()
            child.process.wait()
        }
    }

    /// What the server logged.
    public var log: String { (try? String(contentsOfFile: "\(directory)/log", encoding: .utf8)) ?? "" }

    /// Stops a process of the server in its tracks, or lets it go on.
    public func freeze(_ process: Int32, _ isFrozen: Bool) { kill(process, isFrozen ? SIGSTOP : SIGCONT) }

    /// Runs a statement as the administrator, again while the server is away, and gives the first column of its answer.
    @discardableResult
    public func administer(_ sql: String) async throws -> [String] {
        let connection = try PostgresConnection(
            name: "pg-admin", configuration: configuration("application_name=administrator"))
        defer { connection.close() }
        return try await insist {
            try await connection.run { session in
                let rows = try session.run([PostgresQuery(sql, isPrepared: false)])[0]
                return try (0..<rows.count).map { row in rows.isNull(row, 0) ? "" : try rows.text(row, 0) }
            }
        }
    }

    /// Ends the sessions with an application name, all but the administrator's by default.
    public func terminateSessions(of application: String? = nil) async throws {
        let condition = application.map { "= '\($0)'" } ?? "<> 'administrator'"
        try await administer(
            """
            SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity
            WHERE backend_type = 'client backend' AND application_name \(condition)
            """)
    }

    /// Runs the server until a line, or the end of the file, comes from the test process; the end removes the cluster.
    private static let script = """
        directory=$1; shift
        "$@" </dev/null &
        server=$!
        read -r signal
        kill -s "${signal:-QUIT}" "$server" 2>/dev/null
        wait "$server"
        [ -n "$signal" ] || rm -rf "$directory"
        exit 0
        """
}

extension Poll {
    /// Waits for a time, with nothing to wait for.
    fileprivate func waited(_ time: Duration) throws(LinuxIOError) -> Int {
        var poll = self
        return try poll.wait(timeout: time)
    }
}
