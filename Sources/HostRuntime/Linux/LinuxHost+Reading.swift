internal import Glibc
public import LinuxIO
public import Model
public import Store

extension LinuxHost {
    /// What is at a path, as lstat says.
    public func status(of path: String) throws(HostError) -> FileStatus? {
        try attempt("look at", path) { () throws(LinuxIOError) in
            guard isKeepingDirectories, path != "/" else { return try root.status(of: path) }
            do throws(LinuxIOError) {
                let place = try self.place(of: path)
                return try place.parent.handle.status(of: place.name)
            } catch  where error.isAbsence {
                return nil
            }
        }
    }

    /// The statuses of rows of a table; each directory is opened once per part of its names.
    public func forEachStatus(
        of table: PathTable, in rows: Range<Int>, _ body: (Int, Result<FileStatus?, HostError>) -> Void
    ) {
        table.forEachGroup(in: rows) { group, range in
            do throws(HostError) {
                let directory = try attempt("look into", group.directory) { () throws(LinuxIOError) in
                    try root.openDirectory(group.directory)
                }
                directory.forEachStatus(of: group.names, in: range) { position, outcome in
                    let index = table.index(ofRow: group.firstRow + position)
                    switch outcome {
                    case .found(let status): body(index, .success(status))
                    case .absent: body(index, .success(nil))
                    case .failed(let code):
                        let path = directory.path(of: group.names[position])
                        let error = LinuxIOError(code: code, call: "statx", path: path)
                        body(index, .failure(LinuxFailure(verb: "look at", path: path, root: root).hostError(error)))
                    }
                }
            } catch {
                let isAbsence = error.code == .notFound || error.code == .wrongType
                for position in range {
                    body(table.index(ofRow: group.firstRow + position), isAbsence ? .success(nil) : .failure(error))
                }
            }
        }
        for row in max(rows.lowerBound, table.validCount)..<max(rows.upperBound, table.validCount) {
            let invalid = table.invalid[row - table.validCount]
            body(invalid.index, .failure(invalid.error))
        }
    }

    /// The names in a directory, sorted.
    public func entries(of path: String, limit: Int) throws(HostError) -> [String] {
        let entries = try attempt("list", path) { () throws(LinuxIOError) in
            try root.openDirectory(path).entries(limit: limit)
        }
        if let entry = entries.first(where: { !$0.isUTF8 }) { throw Self.unreadable(entry.name, in: path) }
        return entries.map(\.name).sorted()
    }

    /// What a symbolic link holds.
    public func linkTarget(of path: String) throws(HostError) -> String {
        try attempt("read the link", path) { () throws(LinuxIOError) in
            let place = try root.openParent(of: path)
            return try place.directory.readLink(place.name)
        }
    }

    /// The digest and identity of a regular file, streamed.
    public func digest(of path: String) throws(HostError) -> (ContentDigest, FileIdentity) {
        for _ in 0..<3 {
            var hasher = ContentHasher()
            let (before, after) = try stream(path) { (buffer) throws(HostError) in hasher.update(buffer) }
            if before == after { return (hasher.finish(), before) }
        }
        throw Self.changing(path)
    }

    /// The bytes of a regular file in chunks of at most 1 MiB.
    public func read(
        _ path: String, _ chunk: ([UInt8]) throws(HostError) -> Void
    ) throws(HostError) -> FileIdentity {
        let (before, after) = try stream(path) { (buffer) throws(HostError) in try chunk(Array(buffer)) }
        guard before == after else { throw Self.changing(path) }
        return before
    }

    /// Whether a path is one of several names of a file, where others could have made it.
    public func isForeignLink(_ path: String) throws(HostError) -> Bool {
        try attempt("look at", path) { () throws(LinuxIOError) in
            do throws(LinuxIOError) {
                let place = try root.openParent(of: path)
                guard let status = try place.directory.status(of: place.name) else { return false }
                return try root.isPlanted(status, in: place.directory)
            } catch  where error.isAbsence {
                return false
            }
        }
    }

    /// Whether what was found at a path is on another mount than the directory that holds it.
    public func isMountPoint(_ path: String, _ status: FileStatus) throws(HostError) -> Bool {
        try attempt("look at", path) { () throws(LinuxIOError) in
            try !status.isOnMount(of: root.openParent(of: path).directory.status())
        }
    }

    /// What it takes to make a special file again.
    public func specialNode(at path: String) throws(HostError) -> SpecialNode {
        let place = try attempt("look at", path) { () throws(LinuxIOError) in try root.openParent(of: path) }
        var raw = stat()
        guard fstatat(place.directory.descriptor.rawValue, place.name, &raw, AT_SYMLINK_NOFOLLOW) == 0 else {
            let error = LinuxIOError(code: Errno(rawValue: errno), call: "fstatat")
            throw LinuxFailure(verb: "look at", path: path, root: root).hostError(error)
        }
        let node = SpecialNode(mode: raw.st_mode, device: UInt64(raw.st_rdev))
        guard node.type != .unknown else {
            throw HostError(.wrongType, "cannot describe '\(path)': it is not a special file")
        }
        return node
    }

    /// The extended attributes, sorted by name.
    public func extendedAttributes(of path: String) throws(HostError) -> [ExtendedAttribute] {
        let attributes = try attempt("read the attributes of", path) { () throws(LinuxIOError) in
            try own(path).file.extendedAttributes()
        }
        return attributes.sorted { $0.key < $1.key }.map { ExtendedAttribute(name: $0.key, value: $0.value) }
    }

    /// Reads a file once from start to end, and gives its identity before and after.
    private func stream(
        _ path: String, _ body: (UnsafeRawBufferPointer) throws(HostError) -> Void
    ) throws(HostError) -> (FileIdentity, FileIdentity) {
        let file = try attempt("read", path) { () throws(LinuxIOError) in
            try own(path).file.openForReading()
        }
        let before = try attempt("read", path) { () throws(LinuxIOError) in try file.status() }
        let size = Int(min(max(before.size + 1, 4_096), 1 << 20))
        // Safety: allocated and freed here; only what a read filled is handed on, for the time of the call.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try attempt("read", path) { () throws(LinuxIOError) in try file.read(into: buffer) }
            if count == 0 { break }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        let after = try attempt("read", path) { () throws(LinuxIOError) in try file.status() }
        return (FileIdentity(before), FileIdentity(after))
    }

    static func unreadable(_ name: String, in directory: String) -> HostError {
        HostError(
            .unsafePath,
            "cannot manage what is in '\(directory)': the name '\(name)' in it is not UTF-8; rename or remove "
                + "it by hand"
        )
    }

    private static func changing(_ path: String) -> HostError {
        HostError(.changed, "cannot read '\(path)': it is being written; it is read again at the next pass")
    }
}
