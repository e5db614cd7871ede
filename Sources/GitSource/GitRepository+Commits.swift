extension GitRepository {
    /// What a commit that was fetched says of itself.
    public func commit(_ id: CommitID, timeout: Duration = .seconds(30)) async throws(GitSourceError) -> Commit {
        let activity = "read commit \(id)"
        let deadline = Deadline(in: timeout, for: activity)
        return try await alone(activity) { () async throws(GitSourceError) -> Commit in
            try await readCommit(id, by: deadline)
        }
    }

    /// A commit and those before it, newest first, at most `limit`.
    ///
    /// If the clone does not reach back that far, more history is fetched.
    public func history(
        of id: CommitID, limit: Int, timeout: Duration
    ) async throws(GitSourceError) -> [Commit] {
        precondition((1...10_000).contains(limit), "a history has from one to ten thousand commits")
        let activity = "read the history of \(id)"
        let deadline = Deadline(in: timeout, for: activity)
        return try await alone(activity) { () async throws(GitSourceError) -> [Commit] in
            var names = try await list(id, limit: limit, activity, by: deadline)
            if names.count < limit, try await isShallow(by: deadline) {
                try await deepen(to: limit, id, activity, by: deadline)
                names = try await list(id, limit: limit, activity, by: deadline)
            }
            return try await readCommits(names, activity, by: deadline)
        }
    }

    /// Whether a commit is contained in another; all history is fetched if that cannot be told otherwise.
    public func isAncestor(
        _ ancestor: CommitID, of id: CommitID, timeout: Duration
    ) async throws(GitSourceError) -> Bool {
        let activity = "compare \(ancestor) with \(id)"
        let deadline = Deadline(in: timeout, for: activity)
        return try await alone(activity) { () async throws(GitSourceError) -> Bool in
            if ancestor == id { return true }
            if try await contains(id, ancestor, by: deadline) { return true }
            guard try await isShallow(by: deadline) else { return false }
            try await deepen(to: Self.depthOfAll, id, activity, by: deadline)
            return try await contains(id, ancestor, by: deadline)
        }
    }

    /// What git takes for all history.
    private static let depthOfAll = 0x7FFF_FFFF

    private func deepen(
        to depth: Int, _ id: CommitID, _ activity: String, by deadline: Deadline
    ) async throws(GitSourceError) {
        let ref = CommitID(location.ref)?.hex ?? location.ref
        try await fetch(["+\(ref):refs/aetheredge/deepened"], depth: depth, activity, by: deadline)
    }

    private func isShallow(by deadline: Deadline) async throws(GitSourceError) -> Bool {
        let command = command(["rev-parse", "--is-shallow-repository"], "look into '\(cache.repositoryPath)'")
        return try await git(command, by: deadline).text == "true\n"
    }

    private func list(
        _ id: CommitID, limit: Int, _ activity: String, by deadline: Deadline
    ) async throws(GitSourceError) -> [CommitID] {
        let arguments = ["rev-list", "--max-count=\(limit)", id.hex, "--"]
        let output = try await git(command(arguments, activity), by: deadline)
        return output.text.split(separator: "\n").compactMap { CommitID(String($0)) }
    }

    // MARK: - Objects

    /// The commit that a ref or name stands for; `nil` if there is none.
    func resolve(_ name: String, by deadline: Deadline) async throws(GitSourceError) -> CommitID? {
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"]
        let output = try await git(command(arguments, "look up '\(name)'"), by: deadline, allowing: [1])
        return CommitID(output.text.split(separator: "\n").first.map(String.init) ?? "")
    }

    /// Whether a commit is here.
    func has(_ id: CommitID, by deadline: Deadline) async throws(GitSourceError) -> Bool {
        let command = command(["cat-file", "-e", id.hex + "^{commit}"], "look up \(id)")
        return try await git(command, by: deadline, allowing: [1, 128]).isSuccess
    }

    /// Whether a commit contains another, as far as is known here.
    func contains(_ id: CommitID, _ ancestor: CommitID, by deadline: Deadline) async throws(GitSourceError) -> Bool {
        guard try await has(ancestor, by: deadline) else { return false }
        let command = command(["merge-base", "--is-ancestor", ancestor.hex, id.hex], "compare \(ancestor) with \(id)")
        return try await git(command, by: deadline, allowing: [1]).isSuccess
    }

    func readCommit(_ id: CommitID, by deadline: Deadline) async throws(GitSourceError) -> Commit {
        let activity = "read commit \(id)"
        guard let commit = try await readCommits([id], activity, by: deadline).first else {
            throw GitSourceError(.corrupt, "cannot \(activity): git gave nothing")
        }
        return commit
    }

    private func readCommits(
        _ ids: [CommitID], _ activity: String, by deadline: Deadline
    ) async throws(GitSourceError) -> [Commit] {
        let input = Array(ids.map { $0.hex + "\n" }.joined().utf8)
        let command = command(["cat-file", "--batch"], activity, input: input)
        let output = try await git(command, by: deadline, limit: 64 << 20)
        var objects: [[UInt8]] = []
        do {
            var stream = ObjectStream()
            for event in try stream.consume(output.bytes) {
                switch event {
                case .begin: objects.append([])
                case .bytes(let bytes): objects[objects.count - 1] += bytes
                case .end: break
                }
            }
        } catch {
            throw GitSourceError(.corrupt, "cannot \(activity): it is not in the clone, or damaged there", cause: error)
        }
        let commits = zip(ids, objects).compactMap { Commit(id: $0, object: $1) }
        guard commits.count == ids.count else {
            throw GitSourceError(.corrupt, "cannot \(activity): it is not a commit, or damaged")
        }
        return commits
    }
}
