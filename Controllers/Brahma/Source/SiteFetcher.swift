public import GitSource
import LinuxIO
import Model
import Synchronization

/// Brings versions of the site here: from git by a clone that is kept, from a directory by looking at it.
public final class SiteFetcher: Sendable {
    private let cacheDirectory: String
    private let runner: GitRunner
    private let timeout: Duration
    private let repository = Mutex<GitRepository?>(nil)
    private let directory = Mutex<DirectorySource?>(nil)

    /// Makes a fetcher that keeps clones below a directory, which must exist and belong to us.
    public init(cacheDirectory: String, runner: GitRunner, timeout: Duration = .seconds(300)) {
        self.cacheDirectory = cacheDirectory
        self.runner = runner
        self.timeout = timeout
    }

    /// The version that the source names now.
    func fetch(_ spec: SourceKind.Spec) async throws -> FetchedSite {
        if let directory = spec.directory { return try await snapshot(directory, path: spec.path) }
        guard let url = spec.git else {
            throw GitSourceError(
                .invalidLocation, "the source has neither 'git' nor 'directory'; set one in the configuration")
        }
        let location = GitLocation(
            url: url, ref: spec.ref ?? "main", path: spec.path ?? ".", verify: try requirement(spec.verify))
        let repository = try repository(for: location)
        let fetched = try await repository.fetch(timeout: timeout)
        let copy = try await repository.checkout(fetched.id)
        let author = fetched.commit.author
        let description = CommitDescription(
            commit: fetched.id.hex, author: "\(author.name) <\(author.email)>", subject: fetched.commit.subject,
            time: WallTime(nanoseconds: author.secondsSinceEpoch * 1_000_000_000))
        return FetchedSite(commit: description, path: copy.path)
    }

    /// A version that was fetched before, from what is kept of it here; nil where that is gone.
    func kept(_ commit: CommitDescription, of spec: SourceKind.Spec) async -> FetchedSite? {
        guard spec.directory == nil, let url = spec.git, let id = CommitID(commit.commit) else { return nil }
        do {
            let location = GitLocation(
                url: url, ref: spec.ref ?? "main", path: spec.path ?? ".", verify: try requirement(spec.verify))
            return FetchedSite(commit: commit, path: try await repository(for: location).checkout(id).path)
        } catch {
            return nil
        }
    }

    /// Removes working copies but those of these commits.
    func collectGarbage(keeping commits: [String]) async throws {
        if let directory = directory.withLock({ $0 }) { try await directory.collectGarbage(keeping: Set(commits)) }
        guard let repository = repository.withLock({ $0 }) else { return }
        try await repository.collectGarbage(keeping: Set(commits.compactMap { CommitID($0) }))
    }

    private func snapshot(_ directory: String, path: String?) async throws -> FetchedSite {
        let source = try directorySource(DirectoryLocation(path: directory))
        let snapshot = try await source.snapshot()
        let copy = try await source.checkout(snapshot)
        let site = path.map { $0 == "." ? copy.path : copy.path + "/" + $0 } ?? copy.path
        guard path?.pathComponents.contains("..") != true else {
            throw GitSourceError(.invalidLocation, "source.path '\(path ?? "")' leaves the source; remove '..' from it")
        }
        return FetchedSite(commit: CommitDescription(commit: snapshot.digest), path: site)
    }

    private func directorySource(_ location: DirectoryLocation) throws -> DirectorySource {
        if let known = directory.withLock({ $0 }), known.location == location { return known }
        let made = try DirectorySource(location: location, cacheDirectory: cacheDirectory)
        directory.withLock { $0 = made }
        return made
    }

    private func requirement(_ verify: SourceKind.SignatureRequirement?) throws -> SignatureRequirement? {
        guard let verify else { return nil }
        if let file = verify.allowedSigners { return .ssh(allowedSignersFile: file) }
        if let home = verify.gnupgHome { return .openPGP(home: home) }
        throw GitSourceError(
            .invalidLocation, "source.verify needs 'allowedSigners' or 'gnupgHome'; set one in the configuration")
    }

    private func repository(for location: GitLocation) throws -> GitRepository {
        if let known = repository.withLock({ $0 }), known.location == location { return known }
        let made = try GitRepository(cacheDirectory: cacheDirectory, location: location, runner: runner)
        repository.withLock { $0 = made }
        return made
    }
}
