/// Reads what git said when it failed.
struct GitComplaint {
    private static let phrases: [(GitSourceError.Code, [String])] = [
        (.noSpace, ["no space left on device", "disk quota exceeded"]),
        (
            .unauthorized,
            [
                "authentication failed", "could not read username", "could not read password", "permission denied (",
                "terminal prompts disabled", "host key verification failed", "the requested url returned error: 401",
                "the requested url returned error: 403", "too many authentication failures",
            ]
        ),
        (
            .refNotFound,
            ["couldn't find remote ref", "not our ref", "unadvertised object", "no such remote ref"]
        ),
        (
            .unsafeContent,
            ["fsck error", "error in object", "badtree", "hasdotgit", "hasdotdot", "symlinkpointstogitdir"]
        ),
        (
            .remoteUnavailable,
            [
                "could not resolve", "connection refused", "connection timed out", "connection reset",
                "unable to access",
                "could not read from remote", "remote end hung up", "early eof",
                "does not appear to be a git repository",
                "repository not found", "unable to connect", "no route to host", "network is unreachable",
                "unexpected disconnect", "remote error", "unable to look up", "not found", "ssl certificate problem",
                "dubious ownership",
            ]
        ),
        (
            .corrupt,
            [
                "is corrupt", "object file", "bad object", "not a git repository", "unable to read tree",
                "could not read ", "packfile", "inflate", "garbage at end", "missing blob", "missing tree",
                "bad config", "unable to read sha1", "index-pack failed", "bad tree", "broken ", "is empty",
                "hash mismatch", "unable to parse", "did not receive expected object", "unable to resolve reference",
                "expected object", "not a tree object", "remote did not send all necessary objects",
            ]
        ),
    ]

    let code: GitSourceError.Code
    /// The last line that says something, fit for a message.
    let line: String

    /// Reads the end of git's standard error.
    init(_ text: String, isRemote: Bool) {
        let lower = text.lowercased()
        let known = Self.phrases.first { entry in
            // What the remote says of objects is about its repository, not about our clone.
            if isRemote, entry.0 == .corrupt, lower.contains("remote:") { return false }
            return entry.1.contains { lower.contains($0) }
        }
        code = known?.0 ?? (isRemote ? .remoteUnavailable : .gitFailed)
        line = RedactedText(Self.telling(text)).description
    }

    /// The last line with a reason; git's own advice comes after it.
    private static func telling(_ text: String) -> String {
        let lines = text.split(whereSeparator: { $0 == "\n" || $0 == "\r" }).map(String.init)
        let reasons = lines.filter { line in
            ["fatal:", "error:", "ssh:", "remote: error", "gpg:"].contains { line.hasPrefix($0) }
        }
        let generic = reasons.last { !$0.contains("Could not read from remote repository") } ?? reasons.last
        let reason = generic ?? lines.last ?? "it gave no reason"
        for prefix in ["fatal: ", "error: "] where reason.hasPrefix(prefix) {
            return String(reason.dropFirst(prefix.count))
        }
        return reason
    }
}
