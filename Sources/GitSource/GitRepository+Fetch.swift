internal import Crypto

extension GitRepository {
    /// The ref that holds what was fetched last, whether it was accepted or not.
    private static let incoming = "refs/aetheredge/incoming"

    /// Asks the remote for the commit that the location names, brings it here if it is new, and checks it.
    ///
    /// The first fetch brings one commit; later ones bring what was added since. `timeout` bounds the whole of it.
    public func fetch(timeout: Duration) async throws(GitSourceError) -> FetchedCommit {
        let activity = "fetch '\(location.ref)' from '\(location.displayURL)'"
        let deadline = Deadline(in: timeout, for: activity)
        return try await alone(activity) { () async throws(GitSourceError) -> FetchedCommit in
            try await prepare(activity, by: deadline)
            do throws(GitSourceError) {
                return try await fetchOnce(activity, by: deadline)
            } catch {
                guard error.code == .corrupt else { throw error }
                try await discard()
                try await prepare(activity, by: deadline)
                return try await fetchOnce(activity, by: deadline)
            }
        }
    }

    private func fetchOnce(_ activity: String, by deadline: Deadline) async throws(GitSourceError) -> FetchedCommit {
        let ref: String
        if let id = CommitID(location.ref) {
            try await bring(id, activity, by: deadline)
            ref = id.hex
        } else {
            let remote = try await ask(activity, by: deadline)
            let held = try await resolve(Self.incoming, by: deadline)
            if held == remote.commit {
                return try await accept(remote.commit, ref: remote.name, activity, by: deadline)
            }
            try await bring(remote.name, isFirst: held == nil, activity, by: deadline)
            ref = remote.name
        }
        guard let id = try await resolve(Self.incoming, by: deadline) else {
            throw GitSourceError(.refNotFound, "cannot \(activity): '\(location.ref)' is not a commit")
        }
        return try await accept(id, ref: ref, activity, by: deadline)
    }

    /// Judges what was fetched, and remembers it if it passes.
    private func accept(
        _ id: CommitID, ref: String, _ activity: String, by deadline: Deadline
    ) async throws(GitSourceError) -> FetchedCommit {
        let commit = try await readCommit(id, by: deadline)
        let signature = try await verify(commit, by: deadline)
        let movement = try await movement(to: id, by: deadline)
        if case .rewritten(let old) = movement, location.rewrites == .refuse {
            throw GitSourceError(
                .historyRewritten,
                "cannot \(activity): \(id.hex.prefix(12)) does not contain \(old.hex.prefix(12)), "
                    + "which the ref stood at; push a commit that does, or allow rewrites")
        }
        if movement != .unchanged {
            _ = try await git(command(["update-ref", accepted, id.hex], activity), by: deadline)
            try await tidy(by: deadline)
        }
        return FetchedCommit(commit: commit, ref: ref, movement: movement, signature: signature)
    }

    /// The ref that holds what was accepted last from this URL and ref; others have their own.
    private var accepted: String {
        let digest = SHA256.hash(data: Array("\(location.url)\n\(location.ref)".utf8))
        return "refs/aetheredge/accepted/" + digest.prefix(8).map { Self.hex($0) }.joined()
    }

    private func movement(to id: CommitID, by deadline: Deadline) async throws(GitSourceError) -> FetchedCommit.Movement
    {
        guard let old = try await resolve(accepted, by: deadline) else { return .first }
        if old == id { return .unchanged }
        return try await contains(id, old, by: deadline) ? .advanced(from: old) : .rewritten(from: old)
    }

    // MARK: - Remote

    private func ask(_ activity: String, by deadline: Deadline) async throws(GitSourceError) -> RemoteReference {
        let patterns = RemoteReference.patterns(for: location.ref)
        let output = try await git(
            command(["ls-remote", "--quiet", "--", location.url] + patterns, activity, isRemote: true), by: deadline,
            limit: 4 << 20)
        do throws(RemoteReference.Problem) {
            return try RemoteReference.choose(for: location.ref, from: output.text)
        } catch {
            switch error {
            case .missing:
                let advice =
                    location.ref == "HEAD" ? "the repository is empty" : "a commit is named by all of its digits"
                throw GitSourceError(
                    .refNotFound, "cannot \(activity): there is no branch or tag of that name; \(advice)")
            case .ambiguous:
                throw GitSourceError(
                    .refNotFound,
                    "cannot \(activity): there is a branch and a tag of that name; "
                        + "write refs/heads/\(location.ref) or refs/tags/\(location.ref)")
            }
        }
    }

    /// Brings a ref here.
    private func bring(
        _ name: String, isFirst: Bool, _ activity: String, by deadline: Deadline
    ) async throws(GitSourceError) {
        let refspec = "+\(name):\(Self.incoming)"
        // The first time, one commit is enough; later, all that was added, so that a rewrite is noticed.
        guard isFirst else { return try await fetch([refspec], activity, by: deadline) }
        do throws(GitSourceError) {
            try await fetch([refspec], depth: 1, activity, by: deadline)
        } catch {
            guard error.message.contains("shallow") else { throw error }
            // The plain-file protocol over HTTP cannot give a part of the history.
            try await fetch([refspec], activity, by: deadline)
        }
    }

    /// Brings a commit here that is asked for by name.
    private func bring(_ id: CommitID, _ activity: String, by deadline: Deadline) async throws(GitSourceError) {
        if try await !has(id, by: deadline) {
            do throws(GitSourceError) {
                try await fetch(["+\(id.hex):\(Self.incoming)"], depth: 1, activity, by: deadline)
            } catch {
                guard error.code == .refNotFound || error.message.contains("shallow") else { throw error }
                // Not every server gives commits by name; what its branches and tags hold, it gives.
                let all = ["+refs/heads/*:refs/aetheredge/all/heads/*", "+refs/tags/*:refs/aetheredge/all/tags/*"]
                try await fetch(all, activity, by: deadline)
            }
        }
        guard try await has(id, by: deadline) else {
            throw GitSourceError(
                .refNotFound, "cannot \(activity): no branch or tag of the repository holds that commit")
        }
        _ = try await git(command(["update-ref", Self.incoming, id.hex], activity), by: deadline)
    }

    /// Calls `git fetch`; nothing else brings objects here.
    func fetch(
        _ refspecs: [String], depth: Int? = nil, _ activity: String, by deadline: Deadline
    ) async throws(GitSourceError) {
        var arguments = [
            "fetch", "--quiet", "--force", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules",
            "--no-auto-maintenance",
        ]
        arguments.append(depth.map { "--depth=\($0)" } ?? "--update-shallow")
        arguments += ["--", location.url] + refspecs
        _ = try await git(command(arguments, activity, isRemote: true), by: deadline)
    }

    // MARK: - Housekeeping

    /// Joins packs when many have gathered, and drops what nothing refers to any more.
    private func tidy(by deadline: Deadline) async throws(GitSourceError) {
        let activity = "tidy the clone in '\(cache.path)'"
        let count = try await git(command(["count-objects", "-v"], activity), by: deadline).text
        let packs = count.split(separator: "\n").first { $0.hasPrefix("packs: ") }.flatMap { Int($0.dropFirst(7)) }
        guard let packs, packs > packCountMaximum else { return }
        _ = try await git(command(["gc", "--quiet", "--prune=now"], activity), by: deadline)
    }

    static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
