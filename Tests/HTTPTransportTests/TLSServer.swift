import Glibc

/// `openssl s_server` with a certificate of its own, for one test.
struct TLSServer {
    let port: UInt16
    /// The self-signed certificate, as a file of authorities.
    let certificate: String

    /// Runs a server whose certificate names only the host given.
    static func with<Result>(
        host: String, _ body: (TLSServer) async throws -> Result
    ) async throws -> Result {
        try await withTemporaryDirectory { directory in
            let (key, certificate) = (directory + "/key.pem", directory + "/certificate.pem")
            let maker = try spawn([
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=\(host)", "-addext", "subjectAltName=DNS:\(host)", "-keyout", key, "-out", certificate,
            ])
            close(maker.output)
            guard wait(for: maker.pid) == 0 else { throw ServerFailure(step: "openssl req", number: 0) }
            let server = try spawn(["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certificate, "-key", key])
            defer {
                kill(server.pid, SIGKILL)
                _ = wait(for: server.pid)
                close(server.output)
            }
            return try await body(TLSServer(port: try readPort(server.output), certificate: certificate))
        }
    }

    private static func readPort(_ output: Int32) throws -> UInt16 {
        var text = ""
        var byte: UInt8 = 0
        while read(output, &byte, 1) == 1 {
            text.unicodeScalars.append(Unicode.Scalar(byte))
            guard byte == UInt8(ascii: "\n"), text.contains("ACCEPT") else { continue }
            if let port = text.dropLast().split(separator: ":").last.flatMap({ UInt16($0) }) { return port }
        }
        throw ServerFailure(step: "openssl s_server", number: 0)
    }

    private static func spawn(_ arguments: [String]) throws -> (pid: pid_t, output: Int32) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw ServerFailure(step: "pipe", number: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // Safety: strdup's copies are freed after the call, which reads them only while it runs.
        let words = (["openssl"] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid = pid_t()
        let code = posix_spawnp(&pid, "openssl", &actions, nil, words, environ)
        close(ends[1])
        guard code == 0 else { throw ServerFailure(step: "openssl", number: code) }
        return (pid, ends[0])
    }

    private static func wait(for pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return status
    }
}
