import LinuxIO
import Model
import Postgres
import Store

/// `store.postgres` of the configuration.
struct PostgresSettings: Sendable, Hashable {
    /// A libpq connection string.
    var connection: String
    /// A file that holds the password; only its owner may read it.
    var passwordFile: String?
    /// The host's name in the fleet; nil for the kernel's.
    var partition: String?
    /// Enough for the API and the controllers together; one more listens.
    var connections = 3
    /// For each address that the connection string names.
    var connectTimeout = Duration.seconds(5)
    /// Longer than any statement of the store takes on a sound server.
    var statementTimeout = Duration.seconds(10)

    /// Describes the store, which connects when it is used.
    func store(_ paths: Paths) throws -> PostgreSQLObjectStore {
        let configuration: PostgresConfiguration
        do throws(PostgresError) {
            configuration = try PostgresConfiguration(
                connection: connection, password: try password(), applicationName: "aetheredged",
                connectTimeout: connectTimeout, statementTimeout: statementTimeout)
        } catch {
            throw ConfigurationError("store.postgres.connection: \(error)")
        }
        let name = try partition ?? HostIdentity.hostName()
        // Two machines with one name would undo each other's work; two trees on one machine are two hosts.
        let machine = try HostIdentity.machineID(of: RootDirectory(path: "/")) ?? "unknown"
        let owner = paths.isHost ? machine : "\(machine):\(paths.root)"
        return try PostgreSQLObjectStore(
            configuration, partition: Partition(rawValue: name), owner: owner, connections: connections)
    }

    private func password() throws(PostgresError) -> String? {
        guard let passwordFile else { return nil }
        do throws(LinuxIOError) {
            let bytes = try readFile(passwordFile, limit: 4_096)
            return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        } catch {
            throw PostgresError(.invalid, "cannot read the password file: \(error)", cause: error)
        }
    }
}
