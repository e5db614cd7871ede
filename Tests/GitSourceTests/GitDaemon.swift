import Glibc

/// `git daemon` on loopback, for one test.
struct GitDaemon {
    let port: UInt16
    private let process: GitProgram

    /// Starts a daemon that serves what is beneath a directory, and waits until it does.
    init(serving directory: String, port: UInt16) throws {
        self.port = port
        // Not by way of `git`, which would stay between us and the daemon.
        let programs = try GitProgram.run(["git", "--exec-path"]).dropLast()
        process = try GitProgram.start([
            programs + "/git-daemon", "--verbose", "--reuseaddr", "--listen=127.0.0.1", "--port=\(port)",
            "--export-all",
            "--base-path=\(directory)", directory,
        ])
        var text = ""
        var byte: UInt8 = 0
        while !text.contains("Ready to rumble"), read(process.output, &byte, 1) == 1 {
            text.unicodeScalars.append(Unicode.Scalar(byte))
        }
        guard text.contains("Ready to rumble") else { throw TestFailure("git daemon: \(text)") }
    }

    func stop() {
        process.kill()
    }
}
