internal import LinuxIO

extension GitRepository {
    /// Exports the files of a commit that was fetched, or finds the export made before.
    ///
    /// Nothing in the repository decides what is run or changed on the way: attributes, filters and hooks have no
    /// effect, and the bytes are those committed. The directory gets its name when everything in it is durable.
    public func checkout(
        _ id: CommitID, timeout: Duration = .seconds(300)
    ) async throws(GitSourceError) -> WorkingCopy {
        let activity = "check out \(id) of '\(location.displayURL)'"
        let deadline = Deadline(in: timeout, for: activity)
        return try await alone(activity) { () async throws(GitSourceError) -> WorkingCopy in
            let exists = try await blocking(activity) { [cache] in
                try cache.prepareTrees()
                return try cache.hasTree(id.hex)
            }
            if !exists {
                do throws(GitSourceError) {
                    try await export(id, activity, by: deadline)
                } catch {
                    if error.code == .corrupt { try await discard() }
                    throw error
                }
            }
            return try await workingCopy(id, activity)
        }
    }

    /// Removes working copies, except those of the commits given, and what interrupted exports left.
    public func collectGarbage(keeping kept: Set<CommitID>) async throws(GitSourceError) {
        let activity = "remove old working copies from '\(cache.path)'"
        let names = Set(kept.map(\.hex))
        try await alone(activity) { () async throws(GitSourceError) in
            try await blocking(activity) { [cache] in try cache.removeTrees(except: names) }
        }
    }

    private func export(_ id: CommitID, _ activity: String, by deadline: Deadline) async throws(GitSourceError) {
        let entries = try await entries(of: id, activity, by: deadline)
        try TreeRules.check(entries, limits: limits, activity: activity)
        let export = try await blocking(activity) { [cache] in
            try TreeExport(entries, name: id.hex, cache: cache, activity: activity)
        }
        do {
            try await fill(export, activity, by: deadline)
            try await blocking(activity) { try export.finish() }
        } catch {
            // The task may be cancelled, and then the thread takes no work that is waited for. What cannot be removed
            // now is removed by the next export or collection.
            try? files.enqueue { try? export.abandon() }
            throw error
        }
    }

    private func fill(_ export: TreeExport, _ activity: String, by deadline: Deadline) async throws(GitSourceError) {
        let command = command(["cat-file", "--batch", "--buffer"], activity, input: export.request)
        let files = files
        let (status, complaint) = try await runner.run(command, in: environment, by: deadline) { chunk in
            do {
                try await files.run { try export.consume(chunk) }
            } catch let problem as ObjectStream.Problem {
                throw GitSourceError(.corrupt, "cannot \(activity): git gave \(problem)", cause: problem)
            } catch {
                throw GitSourceError.wrap(error, while: activity)
            }
        }
        guard status == 0 else { throw failure(complaint, status: status, of: command) }
    }

    private func entries(
        of id: CommitID, _ activity: String, by deadline: Deadline
    ) async throws(GitSourceError) -> [TreeEntry] {
        let command = command(["ls-tree", "-r", "-z", "--long", "--full-tree", id.hex], activity)
        let limit = 1024 * (limits.entryCountMaximum + 1)
        let output = try await git(command, by: deadline, limit: limit)
        do throws(TreeListing.Problem) {
            return try TreeListing.parse(output.bytes)
        } catch {
            switch error {
            case .unsafeName(let name):
                throw GitSourceError(
                    .unsafeContent,
                    "cannot \(activity): the name '\(RedactedText(name))' is not safe to write; rename it")
            case .unknownKind(let path, let mode):
                throw GitSourceError(
                    .unsafeContent, "cannot \(activity): '\(RedactedText(path))' has the unknown mode \(mode)")
            case .malformed:
                throw GitSourceError(.corrupt, "cannot \(activity): git lists the files in an unknown form")
            }
        }
    }

    private func workingCopy(_ id: CommitID, _ activity: String) async throws(GitSourceError) -> WorkingCopy {
        let tree = cache.treesPath + "/" + id.hex
        let components = location.pathComponents ?? []
        let isDirectory = try await blocking(activity) {
            let status = try RootDirectory(path: tree).status(of: "/" + components.joined(separator: "/"))
            return status?.type == .directory
        }
        guard isDirectory else {
            throw GitSourceError(.pathNotFound, "cannot \(activity): it has no directory '\(location.path)'")
        }
        let path = components.isEmpty ? tree : tree + "/" + components.joined(separator: "/")
        return WorkingCopy(treePath: tree, path: path, revision: id.hex)
    }
}
