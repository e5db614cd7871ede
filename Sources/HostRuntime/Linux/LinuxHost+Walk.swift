public import LinuxIO

extension LinuxHost {
    /// How deep a tree may be that is walked or removed: each level holds a descriptor.
    static let depthMaximum = 256

    /// Every name below a directory, parents first, on the same mount.
    public func walk(
        _ path: String, limit: Int, _ body: (_ path: String, _ status: FileStatus) throws(HostError) -> Void
    ) throws(HostError) {
        let directory = try attempt("walk", path) { () throws(LinuxIOError) in try root.openDirectory(path) }
        let status = try attempt("walk", path) { () throws(LinuxIOError) in try directory.status() }
        var left = limit
        try walk(directory, path == "/" ? "" : path, status, depth: 0, &left, body)
    }

    private func walk(
        _ directory: borrowing DirectoryHandle, _ path: String, _ above: FileStatus, depth: Int, _ left: inout Int,
        _ body: (String, FileStatus) throws(HostError) -> Void
    ) throws(HostError) {
        try checkDepth(depth, path)
        var entries: [DirectoryEntry] = []
        do throws(LinuxIOError) {
            entries = try directory.entries(limit: max(left, 0))
        } catch {
            throw error.code == .overflow
                ? HostError(.tooLarge, "cannot walk '\(path)': too many names lie below it")
                : failure("walk", path, error)
        }
        left -= entries.count
        for entry in entries.sorted(by: { $0.name < $1.name }) {
            guard entry.isUTF8 else { throw Self.unreadable(entry.name, in: path) }
            let child = path + "/" + entry.name
            let found: FileStatus?
            do throws(LinuxIOError) {
                found = try directory.status(of: entry.name)
            } catch {
                throw failure("walk", child, error)
            }
            // Gone meanwhile, or another file system: neither is part of the tree.
            guard let status = found, status.isOnMount(of: above) else { continue }
            try body(child, status)
            guard status.type == .directory else { continue }
            guard let below = try subdirectory(entry.name, of: directory, child) else { continue }
            guard try self.status(of: below).isOnMount(of: above) else { continue }
            try walk(below, child, status, depth: depth + 1, &left, body)
        }
    }

    /// Opens a directory in a directory; nil when it is gone meanwhile.
    func subdirectory(
        _ name: String, of directory: borrowing DirectoryHandle, _ path: String
    ) throws(HostError) -> DirectoryHandle? {
        do throws(LinuxIOError) {
            return try directory.openSubdirectory(name)
        } catch {
            guard !error.isAbsence else { return nil }
            throw failure("walk", path, error)
        }
    }

    func failure(_ verb: String, _ path: String, _ error: LinuxIOError) -> HostError {
        LinuxFailure(verb: verb, path: path, root: root).hostError(error)
    }

    func checkDepth(_ depth: Int, _ path: String) throws(HostError) {
        guard depth < Self.depthMaximum else {
            throw HostError(
                .tooLarge, "cannot go through '\(path)': it lies more than \(Self.depthMaximum) directories deep")
        }
    }
}
