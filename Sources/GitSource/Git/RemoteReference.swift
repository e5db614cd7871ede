/// A ref as the remote shows it.
struct RemoteReference: Equatable {
    /// The full name of the ref, as a fetch asks for it.
    var name: String
    /// The commit that it stands at.
    var commit: CommitID

    /// The names that a remote is asked about for a ref that a location gives.
    static func patterns(for ref: String) -> [String] {
        if ref == "HEAD" { return ["HEAD"] }
        if ref.hasPrefix("refs/") { return [ref, ref + "^{}"] }
        return ["refs/heads/" + ref, "refs/tags/" + ref, "refs/tags/" + ref + "^{}"]
    }

    /// What is wrong with the answer.
    enum Problem: Error, Equatable {
        case missing
        /// A branch and a tag have the name.
        case ambiguous
    }

    /// Chooses among the lines of `git ls-remote`; a tag object gives way to the commit that it names.
    static func choose(for ref: String, from output: String) throws(Problem) -> RemoteReference {
        let wanted = patterns(for: ref)
        var found: [String: CommitID] = [:]
        for line in output.split(separator: "\n") {
            let fields = line.split(separator: "\t")
            guard fields.count == 2, wanted.contains(String(fields[1])), let id = CommitID(String(fields[0])) else {
                continue
            }
            found[String(fields[1])] = id
        }
        let names = found.keys.filter { !$0.hasSuffix("^{}") }
        guard let name = names.first else { throw .missing }
        guard names.count == 1, let commit = found[name + "^{}"] ?? found[name] else { throw .ambiguous }
        return RemoteReference(name: name, commit: commit)
    }
}
