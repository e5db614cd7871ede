import FoundationEssentials
import Glibc
import TestSupport

/// The programs of an installed PostgreSQL.
enum PostgresProgram {
    /// Where `postgres` and `initdb` are, in the newest version; nil without PostgreSQL.
    static let directory: String? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newest = versions.compactMap { Int($0) }.sorted(by: >).map { "\(root)/\($0)/bin" }
        return (newest + ["/usr/local/bin", "/usr/bin"]).first { access("\($0)/initdb", X_OK) == 0 }
    }()

    /// The account that servers run under; nil for our own.
    static let account: (user: uid_t, group: gid_t)? = {
        guard geteuid() == 0 else { return nil }
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name) { return (entry.pointee.pw_uid, entry.pointee.pw_gid) }
        }
        return (65_534, 65_534)
    }()

    /// A command line that runs under that account.
    static func command(_ words: [String]) -> [String] {
        guard let account else { return words }
        return ["/usr/bin/setpriv", "--reuid=\(account.user)", "--regid=\(account.group)", "--clear-groups", "--"]
            + words
    }

    /// Starts a command; its standard input is the pipe's end that is returned, and its output goes to a file.
    static func spawn(_ words: [String], log: String) throws -> (process: ChildProcess, input: OwnedDescriptor) {
        let pipe = try ChildPipe()
        let process = try ChildProcess.start(
            words, environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"],
            input: .descriptor(pipe.reading), output: .log(log), error: .output, hasOwnGroup: false)
        pipe.reading.close()
        return (process, pipe.writing)
    }
}

/// A test's server that cannot be had.
public struct PostgresServerError: Error, CustomStringConvertible {
    /// What was tried and why it failed.
    public let description: String

    init(_ description: String) { self.description = description }
}
