import Model

/// Commits, for people.
enum CommitText {
    /// A commit shortened as git does; other text as it is.
    static func short(_ commit: String) -> String {
        if commit.hasPrefix("sha256:") { return String(commit.prefix(7 + 12)).onOneLine }
        let isHash = commit.utf8.count == 40 || commit.utf8.count == 64
        return (isHash ? String(commit.prefix(12)) : commit).onOneLine
    }

    /// A commit with its subject and its author.
    static func line(_ commit: CommitDescription, now: WallTime) -> String {
        var text = short(commit.commit)
        if !commit.subject.isEmpty { text += " \"\(commit.subject)\"" }
        if !commit.author.isEmpty { text += " by \(commit.author)" }
        if let time = commit.time { text += ", \(now.age(since: time)) ago" }
        return text.onOneLine
    }
}
