import Glibc
import TestSupport

/// A program that a fixture runs, git above all, in an environment that holds nothing of the user's.
struct GitProgram {
    private let process: ChildProcess
    private let stream: OwnedDescriptor

    var pid: pid_t { process.pid }
    /// What it prints, both kinds; closed by `finish`.
    var output: Int32 { stream.number }

    /// Starts a program that is looked up in PATH.
    static func start(
        _ words: [String], directory: String? = nil, environment: [String: String] = [:]
    ) throws -> GitProgram {
        let pipe = try ChildPipe()
        var all = Self.environment.merging(environment) { $1 }
        all["PATH"] = getenv("PATH").map { String(cString: $0) }
        let process = try ChildProcess.start(
            directory.map { ["env", "-C", $0] + words } ?? words, environment: all,
            output: .descriptor(pipe.writing), error: .output, hasOwnGroup: false)
        pipe.writing.close()
        return GitProgram(process: process, stream: pipe.reading)
    }

    /// Runs a program to its end and gives what it printed; fails unless it succeeds.
    @discardableResult
    static func run(
        _ words: [String], directory: String? = nil, environment: [String: String] = [:]
    ) throws -> String {
        let child = try start(words, directory: directory, environment: environment)
        let (status, text) = child.finish()
        guard status == 0 else { throw TestFailure("\(words.joined(separator: " ")): status \(status): \(text)") }
        return text
    }

    /// Reads all output and waits for the end.
    func finish() -> (status: Int32, output: String) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(output, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        stream.close()
        return (process.wait(), String(decoding: bytes, as: UTF8.self))
    }

    /// Kills it and waits for its end, but not for that of programs it started.
    func kill() {
        Glibc.kill(pid, SIGKILL)
        stream.close()
        process.wait()
    }

    private static let environment = [
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "HOME": "/nonexistent", "LC_ALL": "C",
        "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org", "GIT_AUTHOR_DATE": "1700000000 +0100",
        "GIT_COMMITTER_NAME": "Bob", "GIT_COMMITTER_EMAIL": "bob@example.org", "GIT_COMMITTER_DATE": "1700000100 +0000",
    ]
}
