import LinuxIO

/// A tree of files in a git repository.
public struct GitLocation: Sendable, Equatable {
    /// What to do when a ref no longer contains the commit that it stood at.
    public enum Rewrites: Sendable, Equatable {
        /// Take the new commit and report the rewrite.
        case follow
        /// Keep the old one and fail with `historyRewritten`.
        case refuse
    }

    /// Where the repository is: an `https`, `http`, `ssh`, `git` or `file` URL, `user@host:path`, or an absolute path.
    public var url: String
    /// A branch, a tag, a full commit, a whole ref name (`refs/…`), or `HEAD` for what the remote shows.
    public var ref: String
    /// The directory within the repository, `.` for its root.
    public var path: String
    /// Who must have signed the commit; `nil` for no such requirement.
    public var verify: SignatureRequirement?
    /// What to do about rewritten history.
    public var rewrites: Rewrites

    /// Names a tree of files.
    public init(
        url: String, ref: String = "HEAD", path: String = ".", verify: SignatureRequirement? = nil,
        rewrites: Rewrites = .follow
    ) {
        self.url = url
        self.ref = ref
        self.path = path
        self.verify = verify
        self.rewrites = rewrites
    }

    /// The URL as messages show it, without credentials.
    public var displayURL: String { RedactedText(url).description }

    /// Whether the URL holds a password, as in `https://user:password@host/`: whoever sees the URL would see it.
    public var hasPassword: Bool {
        guard let scheme = url.firstRange(of: "://") else { return false }
        let authority = url[scheme.upperBound...].prefix { !"/?#".contains($0) }
        guard let end = authority.lastIndex(of: "@") else { return false }
        return authority[..<end].contains(":")
    }

    /// Refuses a location that git would take for something else.
    public func validate() throws(GitSourceError) {
        guard !url.isEmpty, url.utf8.count <= 4096, !url.hasPrefix("-"), !Self.hasControlCharacter(url) else {
            throw invalid("its URL is empty, too long, begins with '-' or holds a control character")
        }
        guard isKnownTransport else {
            throw invalid("use an https, ssh, git or file URL, user@host:path, or an absolute path")
        }
        guard Self.isReference(ref) else { throw invalid("'\(ref)' cannot be the name of a branch, tag or commit") }
        guard pathComponents != nil else { throw invalid("'\(path)' cannot be a directory of the repository") }
    }

    /// The components of `path`; `nil` if it would leave the repository.
    var pathComponents: [String]? {
        guard !path.isAbsolutePath, !path.utf8.contains(0) else { return nil }
        let components = path.pathComponents.filter { $0 != "." }
        return components.contains("..") ? nil : components
    }

    /// The path of a repository on this machine; `nil` for one behind a network.
    var localPath: String? {
        if url.isAbsolutePath { return url }
        return url.utf8.starts(with: "file:///".utf8) ? String(url.droppingFirst(bytes: "file://".utf8.count)) : nil
    }

    private var isKnownTransport: Bool {
        if url.isAbsolutePath { return true }
        if let end = url.firstRange(of: "://") {
            return ["https", "http", "ssh", "git", "file"].contains(url[..<end.lowerBound])
        }
        // user@host:path; a colon twice in a row would name a helper program.
        guard let colon = url.firstIndex(of: ":"), !url.contains("::") else { return false }
        return colon != url.startIndex && !url[..<colon].utf8.contains(UInt8(ascii: "/"))
    }

    /// Whether git would take the text for the name of a ref (git-check-ref-format(1)).
    private static func isReference(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 1024, !name.hasPrefix("-"), name != "@" else { return false }
        guard !hasControlCharacter(name), !name.contains(where: { " ~^:?*[\\".contains($0) }) else { return false }
        guard !name.contains(".."), !name.contains("@{"), !name.contains("//"), !name.hasSuffix(".") else {
            return false
        }
        guard !name.isAbsolutePath, name.utf8.last != UInt8(ascii: "/") else { return false }
        return name.pathComponents.allSatisfy { !$0.hasPrefix(".") && !$0.hasSuffix(".lock") }
    }

    private static func hasControlCharacter(_ text: String) -> Bool {
        text.utf8.contains { $0 < 0x20 || $0 == 0x7F }
    }

    private func invalid(_ reason: String) -> GitSourceError {
        GitSourceError(.invalidLocation, "cannot use '\(displayURL)' as a source: \(reason)")
    }
}
