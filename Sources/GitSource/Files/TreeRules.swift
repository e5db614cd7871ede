/// What a tree must keep to before it is exported.
enum TreeRules {
    /// How many offenders a message names.
    static let namedMaximum = 5

    /// Refuses submodules, too much, and names or links that are not safe.
    static func check(_ entries: [TreeEntry], limits: SourceLimits, activity: String) throws(GitSourceError) {
        let submodules = entries.filter { $0.kind == .submodule }
        guard submodules.isEmpty else {
            throw GitSourceError(
                .unsafeContent,
                "cannot \(activity): submodules are not supported: \(names(of: submodules)); commit the files"
            )
        }
        guard entries.count <= limits.entryCountMaximum else {
            throw GitSourceError(
                .tooLarge,
                "cannot \(activity): it has \(entries.count) files, over the limit of \(limits.entryCountMaximum)")
        }
        let large = entries.filter { $0.size > limits.fileSizeMaximum }
        guard large.isEmpty else {
            throw GitSourceError(
                .tooLarge, "cannot \(activity): over the limit of \(limits.fileSizeMaximum) bytes: \(names(of: large))")
        }
        var total = 0
        for entry in entries {
            total += entry.size
            guard total <= limits.totalSizeMaximum else {
                throw GitSourceError(
                    .tooLarge, "cannot \(activity): its files are over \(limits.totalSizeMaximum) bytes together")
            }
        }
    }

    /// Refuses links that lead out of the tree.
    static func check(links: [[String]: String], activity: String) throws(GitSourceError) {
        let resolver = LinkResolver(targets: links)
        let escaping = links.keys.filter { !resolver.staysInside($0) }.sorted { $0.lexicographicallyPrecedes($1) }
        guard escaping.isEmpty else {
            let list = escaping.prefix(namedMaximum).map { "'\(RedactedText($0.joined(separator: "/")))'" }
                .joined(separator: ", ")
            throw GitSourceError(
                .unsafeContent,
                "cannot \(activity): links that lead outside: \(list); use relative ones that stay inside"
            )
        }
    }

    /// A few names for a message.
    static func names(of entries: [TreeEntry]) -> String {
        let list = entries.prefix(namedMaximum).map { "'\($0.displayPath)'" }.joined(separator: ", ")
        return entries.count > namedMaximum ? "\(list) and \(entries.count - namedMaximum) more" : list
    }

    /// Whether the beginning of a file is that of a Git LFS pointer.
    static func isLargeFilePointer(_ start: [UInt8]) -> Bool {
        start.starts(with: "version https://git-lfs.github.com/spec/".utf8)
    }
}
