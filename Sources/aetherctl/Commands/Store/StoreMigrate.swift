import ArgumentParser
import LinuxIO
import Model
import Postgres
import Store

/// `store migrate`: works on the files and the database, with the daemon stopped.
struct StoreMigrate: ConsoleCommand {
    /// Where the objects go.
    enum Target: String, ExpressibleByArgument, CaseIterable {
        case postgres
        case state
    }

    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Copy all API objects from one store to the other, and compare them.",
        discussion: """
            Stop aetheredged first; its state is locked meanwhile. The store that the objects go to must be empty, \
            unless --replace is given, and the other keeps its own. Set or remove store.postgres in the configuration \
            before the next start.
            """)

    @Option(name: .long, help: "Where to: postgres, or state (the state database).")
    var to: Target

    @Option(name: .long, help: "The connection string of the PostgreSQL database, as store.postgres.connection.")
    var connection: String

    @Option(name: .long, help: "A file with the password of the database.")
    var passwordFile: String?

    @Option(name: .long, help: "The partition of this host (its host name).")
    var partition: String?

    @Option(name: .long, help: "The directory of the state database.")
    var stateDir = "/var/lib/aetheredge"

    @Flag(name: .long, help: "Remove what the store that the objects go to holds.")
    var replace = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        do {
            let database = try HostDatabase(path: stateDir + "/state.db")
            let local = SQLiteObjectStore(database)
            let remote = try PostgreSQLObjectStore(
                PostgresConfiguration(connection: connection, password: try password(), applicationName: "aetherctl"),
                partition: Partition(rawValue: try partition ?? HostIdentity.hostName()), connections: 1)
            defer { remote.close() }
            let transfer =
                to == .postgres ? ObjectTransfer(from: local, to: remote) : ObjectTransfer(from: remote, to: local)
            let report = try await transfer.run(replacing: replace)
            try database.close()
            try console.show(report, as: output.output) {
                let kinds = report.objects.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
                let total = report.objects.values.reduce(0, +)
                return "\(total) objects moved and found equal (\(kinds.joined(separator: ", "))), \(report.digest)"
            }
            return .fine
        } catch let error as StoreError {
            throw CommandFailure(error.message)
        } catch let error as PostgresError {
            throw CommandFailure(error.message)
        } catch let error as LinuxIOError {
            throw CommandFailure("\(error)")
        }
    }

    private func password() throws -> String? {
        guard let passwordFile else { return nil }
        let bytes = try readFile(passwordFile, limit: 4_096)
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }
}
