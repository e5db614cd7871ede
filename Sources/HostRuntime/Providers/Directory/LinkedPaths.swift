internal import LinuxIO

/// Tells whether what a directory holds is declared by another path, which leads there by way of a link.
struct LinkedPaths<Host: HostReading> {
    /// Declared paths elsewhere with the same last name.
    private let namesakes: [String: [String]]
    private let host: Host
    /// Whether anything was found to be declared so.
    private(set) var hasFound = false

    init(_ namesakes: [String: [String]], on host: Host) {
        self.namesakes = namesakes
        self.host = host
    }

    /// Whether a declared path leads to what has this status.
    mutating func leads(to status: FileStatus, named name: String) throws(HostError) -> Bool {
        for path in namesakes[name] ?? [] {
            guard let other = try managed(path), other.device == status.device, other.inode == status.inode else {
                continue
            }
            // A file with several names can have the same in two directories.
            if status.hasOtherNames, try !isBehindLink(path) { continue }
            hasFound = true
            return true
        }
        return false
    }

    /// What is at a path; nil where nothing is managed by that path, as behind a link that others can replace.
    private func managed(_ path: String) throws(HostError) -> FileStatus? {
        do throws(HostError) { return try host.status(of: path) } catch {
            guard [.notFound, .wrongType, .unsafePath].contains(error.code) else { throw error }
            return nil
        }
    }

    private func isBehindLink(_ path: String) throws(HostError) -> Bool {
        for ancestor in PathAncestors(of: path) where ancestor != "/" {
            if try host.status(of: String(ancestor))?.type == .symbolicLink { return true }
        }
        return false
    }
}
