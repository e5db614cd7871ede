import ArgumentParser
import ControllerRuntime
import Glibc
import LinuxIO
import Logging
import Model
import Systemd

/// The daemon's command line.
@main
struct Aetheredged: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aetheredged", abstract: "Keeps this host in the state that a git repository declares.",
        discussion: "See aetheredged(8), aetheredge.yaml(5) and aetherctl(1).", version: ProductVersion.text)

    @Option(name: .long, help: "The configuration file (/etc/aetheredge/aetheredge.yaml).")
    var config: String?

    @Option(name: .long, help: "Manage the tree under this directory instead of the host; needs no root.")
    var root: String?

    @Option(name: .long, help: "Where state is kept (/var/lib/aetheredge).")
    var stateDir: String?

    @Option(name: .long, help: "The control socket (/run/aetheredge/control.sock).")
    var socket: String?

    @Flag(
        name: .long,
        help: "Fetch, reconcile once, and end: 0 converged, 1 error, 2 differences left, 4 waiting for approval.")
    var once = false

    /// Isolated, so that it begins on the first thread: what is set here holds for every other.
    @MainActor static func main() async {
        ProcessMemory.shareArena()
        await main(nil)
    }

    func run() async throws {
        let variables = Self.variables()
        let paths = try Paths(
            root: root.map(Self.absolute), state: stateDir.map(Self.absolute), socket: socket.map(Self.absolute),
            configuration: config.map(Self.absolute), environment: variables)
        let loaded: Configuration
        do {
            loaded = try ConfigurationLoader(path: paths.configuration, isRequired: config != nil).load()
        } catch {
            StandardErrorLog.write("\(error)", level: .error)
            throw ExitCode(DaemonExit.usage.rawValue)
        }
        let logger = Self.logger(level: loaded.logLevel, variables: variables)
        // Sockets are taken before any thread starts, for taking them changes the environment.
        let activated = try Activation.sockets()
        do {
            let daemon = try Daemon(paths: paths, configuration: loaded, environment: variables, logger: logger)
            if once { throw ExitCode(try await daemon.runOnce().rawValue) }
            try await daemon.run(activated: activated)
        } catch let code as ExitCode {
            throw code
        } catch {
            logger.critical("the daemon cannot go on", metadata: [LogKey.cause: "\(error)"])
            if JournalWriter.isAvailable { StandardErrorLog.write("\(error)", level: .critical) }
            throw ExitCode(DaemonExit.error.rawValue)
        }
    }

    private static func logger(level: Logger.Level, variables: [String: String]) -> Logger {
        // systemd sets JOURNAL_STREAM when standard error goes to the journal: then records are sent to it with their
        // fields.
        let writesJournal = variables["JOURNAL_STREAM"] != nil && JournalWriter.isAvailable
        let writer = JournalWriter(identifier: "aetheredged")
        var logger = Logger(label: "aetheredged") { _ -> any LogHandler in
            guard writesJournal else { return StandardErrorLog(level: level) }
            return JournalLogHandler(identifier: "aetheredged", level: level, writer: writer)
        }
        logger.logLevel = level
        return logger
    }

    private static func absolute(_ path: String) throws -> String {
        guard !path.isAbsolutePath else {
            return path.utf8.count > 1 && path.utf8.last == UInt8(ascii: "/") ? String(path.dropLast()) : path
        }
        guard let text = getcwd(nil, 0) else {
            throw ConfigurationError("cannot tell the current directory; give absolute paths")
        }
        defer { free(text) }
        return String(cString: text) + "/" + path
    }

    /// The environment, read once; only here.
    private static func variables() -> [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        // Safety: environ is a null-terminated list of strings, read before other threads start.
        while let text = entry.pointee {
            let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
            entry = entry.advanced(by: 1)
        }
        return variables
    }
}
