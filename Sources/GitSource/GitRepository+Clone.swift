internal import LinuxIO

extension GitRepository {
    /// Makes the clone ready: an empty one if there is none, without what a killed git left behind.
    func prepare(_ activity: String, by deadline: Deadline) async throws(GitSourceError) {
        let configuration = globalConfiguration
        let finding = try await blocking(activity) { [cache, runner] in
            try cache.prepare(configuration: configuration, account: runner.account)
            return try StaleFiles.clear(repository: cache.repositoryPath)
        }
        if case .inUse(let pid) = finding {
            throw GitSourceError(
                .busy,
                "cannot \(activity): process \(pid) still works in '\(cache.repositoryPath)'; stop it or wait for it")
        }
        if try await isRepository(by: deadline) { return }
        try await blocking(activity) { [cache, runner] in
            try cache.removeRepository()
            try cache.prepare(configuration: configuration, account: runner.account)
        }
        _ = try await git(
            command(["init", "--quiet", "--bare", "--template=", "."], "make a clone in '\(cache.path)'"), by: deadline)
    }

    /// Removes the clone; working copies stay.
    func discard() async throws(GitSourceError) {
        try await blocking("remove the damaged clone in '\(cache.path)'") { [cache] in try cache.removeRepository() }
    }

    private func isRepository(by deadline: Deadline) async throws(GitSourceError) -> Bool {
        let command = command(["rev-parse", "--is-bare-repository"], "look into '\(cache.repositoryPath)'")
        let output = try await runner.output(of: command, in: environment, by: deadline)
        return output.isSuccess && output.text == "true\n"
    }

    /// What git reads in place of the user's file: the user's files, and trust in a repository of this machine.
    ///
    /// That may belong to somebody else; the program that serves it takes such trust from nowhere else.
    private var globalConfiguration: String {
        var text = "[include]\n\tpath = ~/.config/git/config\n\tpath = ~/.gitconfig\n"
        guard let path = location.localPath else { return text }
        let trimmed = path.hasSuffix("/") && path != "/" ? String(path.dropLast()) : path
        let quoted = trimmed.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        text += "[safe]\n\tdirectory = \"\(quoted)\"\n\tdirectory = \"\(quoted)/.git\"\n"
        return text
    }
}
