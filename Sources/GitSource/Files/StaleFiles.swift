internal import LinuxIO

/// Removes what a killed git leaves behind in its repository: lock files and half-written objects.
///
/// They are removed only while no process works in the repository; whoever calls holds the cache directory's lock, so
/// that none of ours can start meanwhile. Blocks.
struct StaleFiles {
    /// What was in the way.
    enum Finding: Equatable {
        case none
        case removed(count: Int)
        /// A process still works in the repository.
        case inUse(pid: Int32)
    }

    static let depthMaximum = 12

    /// Looks through a repository and removes what is stale.
    static func clear(repository: String) throws(LinuxIOError) -> Finding {
        let found = try paths(in: repository)
        guard !found.isEmpty else { return .none }
        if let pid = try processWorking(in: repository) { return .inUse(pid: pid) }
        for path in found {
            let directory = try RootDirectory(path: repository).openDirectory(
                "/" + path.dropLast().joined(separator: "/"))
            if let name = path.last { try TreeRemoval.remove(name, from: directory) }
        }
        return .removed(count: found.count)
    }

    /// Whether a name is one that git gives to what it has not finished.
    static func isStale(_ name: String) -> Bool {
        name.hasSuffix(".lock") || name.hasPrefix("tmp_") || name.hasPrefix(".tmp-") || name.hasPrefix("incoming-")
            || name == "gc.pid"
    }

    private static func paths(in repository: String) throws(LinuxIOError) -> [[String]] {
        var found: [[String]] = []
        let root = try RootDirectory(path: repository).openDirectory("/")
        try collect(in: root, at: [], into: &found)
        return found
    }

    private static func collect(
        in directory: borrowing DirectoryHandle, at path: [String], into found: inout [[String]]
    ) throws(LinuxIOError) {
        for entry in try directory.entries(limit: 1_000_000) where entry.isUTF8 {
            if isStale(entry.name) {
                found.append(path + [entry.name])
            } else if entry.type == .directory, path.count < depthMaximum {
                try collect(in: directory.openSubdirectory(entry.name), at: path + [entry.name], into: &found)
            }
        }
    }

    /// A process whose working directory is in the repository; git and its children keep theirs there.
    private static func processWorking(in repository: String) throws(LinuxIOError) -> Int32? {
        let processes = try RootDirectory(path: "/proc").openDirectory("/")
        for entry in try processes.entries(limit: 5_000_000) {
            guard let pid = Int32(entry.name) else { continue }
            // A process may end while it is looked at, and those of others may be closed to us: they are not ours.
            guard let place = try? processes.openSubdirectory(entry.name).readLink("cwd") else { continue }
            if place.isPath(atOrBelow: repository) { return pid }
        }
        return nil
    }
}
