internal import LinuxIO

extension LinuxHost {
    /// From how many files on whole file systems are synced: each fsync may be a commit of the file system's journal,
    /// and one `syncfs` is a few of them.
    private static let wholeSyncMinimum = 33

    /// Makes files and directories durable.
    public func sync(
        files: [String], directories: [String], permit: borrowing MutationPermit
    ) throws(HostError) {
        if files.count + directories.count < Self.wholeSyncMinimum {
            for path in files { try syncFile(path) }
            for path in directories { try syncDirectory(path) }
        } else {
            var holding: Set<String> = []
            for path in files { holding.insert(String(try PathTable.split(path).directory)) }
            try syncFileSystems(of: holding.union(directories).sorted(), permit: permit)
        }
    }

    /// Makes everything durable that was written to the file systems of these directories: one `syncfs` for each.
    public func syncFileSystems(of directories: [String], permit: borrowing MutationPermit) throws(HostError) {
        var synced: Set<UInt64> = []
        for path in Set(directories).sorted() {
            let directory = try attempt("sync", path) { () throws(LinuxIOError) in try root.openDirectory(path) }
            let device = try attempt("sync", path) { () throws(LinuxIOError) in try directory.status().device }
            guard synced.insert(device).inserted else { continue }
            try attempt("sync", path) { () throws(LinuxIOError) in try directory.syncFileSystem() }
        }
    }

    private func syncFile(_ path: String) throws(HostError) {
        try attempt("sync", path) { () throws(LinuxIOError) in
            let place = try root.openParent(of: path)
            do throws(LinuxIOError) {
                try place.directory.openForReading(place.name).sync()
            } catch {
                // A file that may not be read, or that somebody holds or has exchanged, is written out with its whole
                // file system.
                guard [.access, .again, .notRegular].contains(error.code) else { throw error }
                try place.directory.syncFileSystem()
            }
        }
    }

    private func syncDirectory(_ path: String) throws(HostError) {
        try attempt("sync the directory", path) { () throws(LinuxIOError) in try root.openDirectory(path).sync() }
    }
}
