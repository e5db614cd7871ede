internal import LinuxIO

/// The files and links beneath a directory, in the order of their paths, as they were at one moment.
///
/// Blocks. Names that begin a repository (`.git`) are left out, as a commit of the directory would leave them out; so
/// are directories with nothing in them.
struct DirectoryScan: Sendable, Equatable {
    /// One file or link.
    struct Entry: Sendable, Equatable {
        var components: [String]
        var status: FileStatus

        var isLink: Bool { status.type == .symbolicLink }
        var isExecutable: Bool { status.permissions & 0o100 != 0 }
        var displayPath: String { RedactedText(components.joined(separator: "/")).description }
    }

    static let depthMaximum = 100

    private(set) var entries: [Entry] = []

    /// Lists the directory; special files, unreadable names and too much are refused.
    init(of root: RootDirectory, limits: SourceLimits, activity: String) throws {
        try list(root.openDirectory("/"), at: [], limits: limits, activity: activity)
        entries.sort { $0.components.lexicographicallyPrecedes($1.components) }
        var total = 0
        for entry in entries where !entry.isLink {
            total += Int(entry.status.size)
            guard Int(entry.status.size) <= limits.fileSizeMaximum, total <= limits.totalSizeMaximum else {
                throw GitSourceError(
                    .tooLarge, "cannot \(activity): '\(entry.displayPath)' takes it over the limit of size")
            }
        }
    }

    var totalSize: Int { entries.reduce(0) { $0 + ($1.isLink ? 0 : Int($1.status.size)) } }

    private mutating func list(
        _ directory: borrowing DirectoryHandle, at path: [String], limits: SourceLimits, activity: String
    ) throws {
        guard path.count <= Self.depthMaximum else {
            throw GitSourceError(
                .tooLarge, "cannot \(activity): '\(RedactedText(path.joined(separator: "/")))' is nested too deeply")
        }
        for found in try directory.entries(limit: limits.entryCountMaximum) where found.name.lowercased() != ".git" {
            let place = path + [found.name]
            guard found.isUTF8, let status = try directory.status(of: found.name) else {
                guard found.isUTF8 else { throw refusal(place, "its name is not UTF-8", activity) }
                continue
            }
            switch status.type {
            case .directory:
                try list(directory.openSubdirectory(found.name), at: place, limits: limits, activity: activity)
            case .regular, .symbolicLink: entries.append(Entry(components: place, status: status))
            default: throw refusal(place, "it is neither a file nor a directory nor a link", activity)
            }
            guard entries.count <= limits.entryCountMaximum else {
                throw GitSourceError(
                    .tooLarge, "cannot \(activity): it has more than \(limits.entryCountMaximum) files")
            }
        }
    }

    private func refusal(_ path: [String], _ reason: String, _ activity: String) -> GitSourceError {
        GitSourceError(
            .unsafeContent, "cannot \(activity): '\(RedactedText(path.joined(separator: "/")))': \(reason); remove it")
    }
}
