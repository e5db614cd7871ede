import FoundationEssentials
import Glibc

@testable import GitSource

/// A real repository to fetch from, and a cache directory to fetch into, for one test.
struct Site {
    /// Where everything of the test is.
    let scratch: String

    var origin: String { scratch + "/origin" }
    var cache: String { scratch + "/cache" }
    var url: String { "file://" + origin }

    /// Runs a test with a fresh, empty repository.
    static func with<Result>(_ body: (Site) async throws -> Result) async throws -> Result {
        var template = Array("/tmp/aetheredge-git-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestFailure("mkdtemp: errno \(errno)") }
        let site = Site(scratch: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
        do {
            chmod(site.scratch, 0o755)
            mkdir(site.cache, 0o755)
            mkdir(site.origin, 0o755)
            try site.git("init", "--quiet", "--initial-branch=main", ".")
            let result = try await body(site)
            try FileManager.default.removeItem(atPath: site.scratch)
            return result
        } catch {
            try FileManager.default.removeItem(atPath: site.scratch)
            throw error
        }
    }

    /// Calls git in the repository.
    @discardableResult
    func git(_ arguments: String..., environment: [String: String] = [:]) throws -> String {
        try GitProgram.run(["git"] + arguments, directory: origin, environment: environment)
    }

    /// Writes files and commits everything.
    @discardableResult
    func commit(_ files: [String: String] = [:], _ message: String = "change", options: [String] = []) throws
        -> CommitID
    {
        for (name, content) in files { try write(name, content) }
        try git("add", "--all")
        try GitProgram.run(
            ["git"] + options + ["commit", "--quiet", "--allow-empty", "--message", message], directory: origin)
        return try head()
    }

    func write(_ name: String, _ content: String) throws {
        let path = origin + "/" + name
        if let end = path.lastIndex(of: "/") {
            try FileManager.default.createDirectory(atPath: String(path[..<end]), withIntermediateDirectories: true)
        }
        try Data(content.utf8).write(to: URL(filePath: path))
    }

    func head(_ ref: String = "HEAD") throws -> CommitID {
        let text = try git("rev-parse", ref)
        guard let id = CommitID(String(text.dropLast())) else { throw TestFailure("no commit: \(text)") }
        return id
    }

    /// A clone of the repository in the cache directory.
    func repository(
        ref: String = "main", url: String? = nil, path: String = ".", verify: SignatureRequirement? = nil,
        rewrites: GitLocation.Rewrites = .follow, limits: SourceLimits = SourceLimits(), account: GitAccount? = nil,
        environment: [String: String] = [:], packCountMaximum: Int = 32
    ) throws -> GitRepository {
        let location = GitLocation(url: url ?? self.url, ref: ref, path: path, verify: verify, rewrites: rewrites)
        var variables = ["HOME": scratch, "PATH": getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"]
        variables.merge(environment) { $1 }
        return try GitRepository(
            cacheDirectory: cache, location: location, runner: GitRunner(environment: variables, account: account),
            limits: limits, packCountMaximum: packCountMaximum)
    }

    /// The text of a file of a working copy.
    static func read(_ name: String, of copy: WorkingCopy) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: copy.path + "/" + name)), as: UTF8.self)
    }
}

/// The error of this module that work ends with; `nil` if it ends well.
func failure(of work: () async throws -> Void) async throws -> GitSourceError? {
    do {
        try await work()
        return nil
    } catch let error as GitSourceError {
        return error
    }
}
