internal import LinuxIO

extension LinuxHost {
    /// Removes what is under a temporary name beside a path, with everything in it.
    public func discard(
        _ temporaryName: String, beside path: String, permit: borrowing MutationPermit
    ) throws(HostError) {
        let place: Place
        do throws(LinuxIOError) {
            place = try self.place(of: path)
        } catch {
            if error.isAbsence { return }
            throw failure("discard what was at", path, error)
        }
        try discard(temporaryName, in: place.parent.handle)
    }

    /// Removes a name in a directory; nothing there is no error.
    func discard(_ name: String, in directory: borrowing DirectoryHandle) throws(HostError) {
        let path = directory.path(of: name)
        do throws(LinuxIOError) {
            guard let status = try directory.status(of: name) else { return }
            guard status.type == .directory else { return try directory.remove(name) }
        } catch {
            if error.isAbsence { return }
            throw failure("discard", path, error)
        }
        guard let tree = try subdirectory(name, of: directory, path) else { return }
        // Nothing is removed of a tree that another file system is mounted in.
        try checkMounts(tree, depth: 0)
        try empty(tree, try self.status(of: tree), depth: 0)
        do throws(LinuxIOError) {
            try directory.removeDirectory(name)
        } catch {
            throw failure("discard", path, error)
        }
    }

    private func checkMounts(_ directory: borrowing DirectoryHandle, depth: Int) throws(HostError) {
        try checkDepth(depth, directory.path)
        let entries = try directories(in: directory)
        let above = try status(of: directory)
        for entry in entries {
            let path = directory.path(of: entry.name)
            guard let below = try open(entry, in: directory) else { continue }
            guard try status(of: below).isOnMount(of: above) else { throw Self.mounted(path) }
            try checkMounts(below, depth: depth + 1)
        }
    }

    /// Removes everything in a directory; what is mounted in it meanwhile is not entered.
    private func empty(
        _ directory: borrowing DirectoryHandle, _ above: FileStatus, depth: Int
    ) throws(HostError) {
        try checkDepth(depth, directory.path)
        for entry in try entries(in: directory) {
            let path = directory.path(of: entry.name)
            do throws(LinuxIOError) {
                if entry.type != .directory {
                    try remove(entry, in: directory)
                    continue
                }
            } catch {
                if error.isAbsence { continue }
                throw failure("remove", path, error)
            }
            guard let below = try open(entry, in: directory) else { continue }
            let status = try status(of: below)
            guard status.isOnMount(of: above) else { throw Self.mounted(path) }
            try empty(below, status, depth: depth + 1)
            do throws(LinuxIOError) {
                if let raw = entry.rawName {
                    try directory.removeDirectory(raw: raw)
                } else {
                    try directory.removeDirectory(entry.name)
                }
            } catch {
                if error.isAbsence { continue }
                throw failure("remove", path, error)
            }
        }
    }

    private func remove(_ entry: DirectoryEntry, in directory: borrowing DirectoryHandle) throws(LinuxIOError) {
        if let raw = entry.rawName { try directory.remove(raw: raw) } else { try directory.remove(entry.name) }
    }

    private func directories(in directory: borrowing DirectoryHandle) throws(HostError) -> [DirectoryEntry] {
        try entries(in: directory).filter { $0.type == .directory }
    }

    /// The entries with their types, asked for where the file system does not tell.
    private func entries(in directory: borrowing DirectoryHandle) throws(HostError) -> [DirectoryEntry] {
        do throws(LinuxIOError) {
            var entries = try directory.entries(limit: 1_000_000)
            for index in entries.indices where entries[index].type == .unknown {
                let entry = entries[index]
                let bytes = entry.rawName ?? Array(entry.name.utf8)
                guard let type = try directory.status(ofRaw: bytes)?.type else { continue }
                entries[index] = DirectoryEntry(nameBytes: bytes, type: type, inode: entry.inode)
            }
            return entries
        } catch {
            throw failure("list", directory.path, error)
        }
    }

    private func open(
        _ entry: DirectoryEntry, in directory: borrowing DirectoryHandle
    ) throws(HostError) -> DirectoryHandle? {
        guard let raw = entry.rawName else {
            return try subdirectory(entry.name, of: directory, directory.path(of: entry.name))
        }
        do throws(LinuxIOError) {
            return try directory.openSubdirectory(raw: raw)
        } catch {
            if error.isAbsence { return nil }
            throw failure("open", directory.path(of: entry.name), error)
        }
    }

    private static func mounted(_ path: String) -> HostError {
        HostError(.unsafePath, "cannot remove '\(path)': it is a mount point; unmount it first")
    }

    func status(of directory: borrowing DirectoryHandle) throws(HostError) -> FileStatus {
        do throws(LinuxIOError) {
            return try directory.status()
        } catch {
            throw failure("look at", directory.path, error)
        }
    }
}
