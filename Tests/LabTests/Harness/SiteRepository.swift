/// A git repository in a host, for the daemon to follow; commits are made at once, whether the host runs or is off.
struct SiteRepository {
    static let path = "/srv/site.git"

    let host: LabHost

    /// Makes the repository, with its first commit.
    func create(_ files: [String: String]) async throws -> String {
        try await run(["git", "init", "--quiet", "--bare", "--initial-branch=main", Self.path])
        return try await commit("first", files)
    }

    /// Commits files over those that are there, removes others, and returns the commit's hash once it is on the disk.
    @discardableResult
    func commit(_ message: String, _ files: [String: String], removing: [String] = []) async throws -> String {
        try await commit(message, bytes: files.mapValues { Array($0.utf8) }, removing: removing)
    }

    /// Commits files of any bytes.
    @discardableResult
    func commit(_ message: String, bytes files: [String: [UInt8]], removing: [String] = []) async throws -> String {
        var stream: [UInt8] = []
        stream += "commit refs/heads/main\ncommitter Lab <lab@example.org> now\n".utf8
        stream += "data \(message.utf8.count)\n\(message)\n".utf8
        if try await hasCommit() { stream += "from refs/heads/main^0\n".utf8 }
        for path in removing { stream += "D \(path)\n".utf8 }
        for (path, content) in files.sorted(by: { $0.key < $1.key }) {
            stream += "M 100644 inline \(path)\ndata \(content.count)\n".utf8
            stream += content
            stream += "\n".utf8
        }
        // The service user that git runs as has to read what root wrote.
        let script = "git fast-import --quiet --date-format=now && chmod -R a+rX . && sync -f . && git rev-parse main"
        return try await run(["sh", "-euc", "cd \(Self.path) && \(script)"], bytes: stream).line
    }

    private func hasCommit() async throws -> Bool {
        try await run(["sh", "-c", "cd \(Self.path) && git rev-parse --quiet --verify main || true"]).line.isEmpty
            == false
    }

    @discardableResult
    private func run(_ command: [String], bytes: [UInt8] = []) async throws -> CommandResult {
        if host.isRunning { return try await host.execute(command, bytes: bytes, timeout: .seconds(120)).checked() }
        return try await host.offline(command, bytes: bytes, timeout: .seconds(120))
    }
}
