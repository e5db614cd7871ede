internal import Glibc
internal import LinuxIO
public import Model
public import Store

extension LinuxHost {
    /// Writes content to a new file beside a path, with everything but its name as it is to be.
    @discardableResult
    public func prepareFile(
        _ temporaryName: String, beside path: String, metadata: FileMetadata, size: Int64,
        content: (_ write: ([UInt8]) throws(HostError) -> Void) throws(HostError) -> Void,
        permit: borrowing MutationPermit
    ) throws(HostError) -> FileIdentity {
        let place = try attempt("write", path) { () throws(LinuxIOError) in try self.place(of: path) }
        let existing = try attempt("write", path) { () throws(LinuxIOError) in
            // Where nothing is, one look in the open directory says so.
            try place.parent.handle.status(of: place.name) == nil ? nil : try inheritance(from: path)
        }
        let file = try createTemporary(temporaryName, in: place.parent.handle, for: path)
        do throws(HostError) {
            try fill(file, path, size, content)
            return FileIdentity(try dress(file, path, metadata, existing: existing))
        } catch {
            try? place.parent.handle.remove(temporaryName)
            throw error
        }
    }

    /// Makes a symbolic link beside a path.
    public func prepareSymlink(
        _ temporaryName: String, beside path: String, target: String, metadata: FileMetadata,
        permit: borrowing MutationPermit
    ) throws(HostError) {
        try attempt("make the link", path) { () throws(LinuxIOError) in
            let place = try root.openParent(of: path)
            try place.directory.makeSymbolicLink(target: target, temporaryName)
            guard metadata.owner != nil || metadata.group != nil else { return }
            do throws(LinuxIOError) {
                let link = try made(.symbolicLink, temporaryName, in: place.directory)
                try link.setOwner(metadata.owner, group: metadata.group)
            } catch {
                try? place.directory.remove(temporaryName)
                throw error
            }
        }
    }

    /// Makes a directory with its metadata; until it has them, only this user may enter.
    public func makeDirectory(
        _ path: String, metadata: FileMetadata, permit: borrowing MutationPermit
    ) throws(HostError) {
        try attempt("make the directory", path) { () throws(LinuxIOError) in
            let place = try root.openParent(of: path)
            try place.directory.makeDirectory(place.name, permissions: 0o700)
            do throws(LinuxIOError) {
                let directory = try made(.directory, place.name, in: place.directory)
                // A set-group-id bit comes from the directory above, and stays unless a mode says otherwise.
                let inherited = try directory.status().permissions & 0o2000
                if metadata.owner != nil || metadata.group != nil {
                    try directory.setOwner(metadata.owner, group: metadata.group)
                }
                try directory.setPermissions(metadata.mode ?? 0o755 | inherited)
            } catch {
                try? place.directory.removeDirectory(place.name)
                throw error
            }
        }
    }

    /// Makes a FIFO, socket or device node again.
    public func makeSpecial(
        _ path: String, node: SpecialNode, metadata: FileMetadata, permit: borrowing MutationPermit
    ) throws(HostError) {
        try attempt("make the special file", path) { () throws(LinuxIOError) in
            let place = try root.openParent(of: path)
            let type = node.mode & 0o170000
            guard mknodat(place.directory.descriptor.rawValue, place.name, type | 0o600, dev_t(node.device)) == 0 else {
                throw LinuxIOError(code: Errno(rawValue: errno), call: "mknodat", path: path)
            }
            do throws(LinuxIOError) {
                let special = try made(node.type, place.name, in: place.directory)
                if metadata.owner != nil || metadata.group != nil {
                    try special.setOwner(metadata.owner, group: metadata.group)
                }
                try special.setPermissions(metadata.mode ?? node.permissions)
            } catch {
                try? place.directory.remove(place.name)
                throw error
            }
        }
    }

    /// Pins what was made under a name just now.
    ///
    /// It is of its type, of this user, under this name alone, and a directory is empty: whoever exchanged it for
    /// something else meanwhile is found out.
    private func made(
        _ type: FileType, _ name: String, in directory: borrowing DirectoryHandle
    ) throws(LinuxIOError) -> PinnedFile {
        let file = try directory.pinned(name)
        let status = try file.status()
        var isOwn = status.type == type && status.owner == geteuid() && !status.hasOtherNames
        if isOwn, type == .directory {
            let opened = try directory.openSubdirectory(name)
            let isSame = try opened.status().isSameFile(as: status)
            let isEmpty = try opened.entries(limit: 8).isEmpty
            isOwn = isSame && isEmpty
        }
        guard isOwn else { throw LinuxIOError(code: .stale, call: "statx", path: directory.path(of: name)) }
        return file
    }

    /// Creates a temporary; what an earlier try left under its name is discarded first.
    private func createTemporary(
        _ name: String, in directory: borrowing DirectoryHandle, for path: String
    ) throws(HostError) -> FileDescriptor {
        do throws(LinuxIOError) { return try directory.createTemporary(name) } catch {
            guard error.code == .exists else { throw failure("write", path, error) }
        }
        try discard(name, in: directory)
        return try attempt("write", path) { () throws(LinuxIOError) in try directory.createTemporary(name) }
    }

    /// Streams content into a new file.
    private func fill(
        _ file: borrowing FileDescriptor, _ path: String, _ size: Int64,
        _ content: (_ write: ([UInt8]) throws(HostError) -> Void) throws(HostError) -> Void
    ) throws(HostError) {
        // A large file finds out that there is no room before it is written, and lies in one piece.
        if size >= 1 << 20, posix_fallocate(file.rawValue, 0, off_t(size)) == ENOSPC {
            throw failure("write", path, LinuxIOError(code: .noSpace, call: "fallocate"))
        }
        let number = file.rawValue
        var written: Int64 = 0
        try content { (chunk) throws(HostError) in
            written += Int64(chunk.count)
            guard written <= size else { return }
            try write(chunk, to: number, path)
        }
        guard written == size else {
            throw HostError(.changed, "cannot write '\(path)': the content has \(written) bytes instead of \(size)")
        }
    }

    private func write(_ chunk: [UInt8], to number: Int32, _ path: String) throws(HostError) {
        var done = 0
        while done < chunk.count {
            let count = chunk.withUnsafeBytes { buffer in
                // Safety: the range stays within the array, which is not touched meanwhile.
                Glibc.write(number, buffer.baseAddress?.advanced(by: done), buffer.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw failure("write", path, LinuxIOError(code: Errno(rawValue: errno), call: "write"))
            }
            done += count
        }
    }

    /// Gives a new file its owner, attributes and mode, and returns its status before it has them.
    ///
    /// In this order: a change of owner clears set-id bits and capabilities, and the mode sets the mask of an ACL.
    private func dress(
        _ file: borrowing FileDescriptor, _ path: String, _ metadata: FileMetadata, existing: Inheritance?
    ) throws(HostError) -> FileStatus {
        try attempt("set the owner and mode of", path) { () throws(LinuxIOError) in
            let made = try file.status()
            let wanted = existing.map { FileMetadata($0.status) } ?? FileMetadata(mode: 0o644)
            var owner = metadata.owner
            var group = metadata.group
            if canChangeOwner {
                owner = owner ?? wanted.owner
                group = group ?? wanted.group
            }
            if (owner ?? made.owner, group ?? made.group) != (made.owner, made.group) {
                try file.setOwner(owner, group: group)
            }
            if let existing { try keepAttributes(existing.attributes, on: file) }
            // As with chown, set-id bits are not handed on to another owner.
            let changesOwner = (owner ?? wanted.owner, group ?? wanted.group) != (wanted.owner, wanted.group)
            let inherited = (wanted.mode ?? 0o644) & (changesOwner ? 0o1777 : 0o7777)
            try file.setPermissions(metadata.mode ?? inherited)
            return made
        }
    }

    /// What a new file takes over from the one that it replaces.
    private struct Inheritance {
        var status: FileStatus
        var attributes: ExtendedAttributes
    }

    /// What a regular file hands on; nil where there is none, or one that may be somebody's second name for another.
    private func inheritance(from path: String) throws(LinuxIOError) -> Inheritance? {
        do throws(LinuxIOError) {
            let own = try own(path)
            let status = try own.file.status()
            guard status.type == .regular else { return nil }
            return Inheritance(status: status, attributes: try own.file.extendedAttributes())
        } catch  where error.isAbsence || error.code == .plantedLink {
            return nil
        }
    }

    /// Copies extended attributes; those that speak of the old bytes are left out.
    private func keepAttributes(
        _ attributes: ExtendedAttributes, on file: borrowing FileDescriptor
    ) throws(LinuxIOError) {
        let present = try file.extendedAttributes()
        var wanted = attributes
        for name in ["security.ima", "security.evm"] { wanted[name] = nil }
        for (name, value) in wanted.sorted(by: { $0.key < $1.key }) where present[name] != value {
            try refusable(name) { () throws(LinuxIOError) in try file.setExtendedAttribute(name, to: value) }
        }
        for name in present.keys.sorted() where wanted[name] == nil {
            try refusable(name) { () throws(LinuxIOError) in try file.removeExtendedAttribute(name) }
        }
    }

    /// Only what the user sets himself must not be lost; labels may belong to the kernel alone.
    func refusable(_ name: String, _ body: () throws(LinuxIOError) -> Void) throws(LinuxIOError) {
        do throws(LinuxIOError) {
            try body()
        } catch {
            let isLabel = name.hasPrefix("security.") || name.hasPrefix("trusted.")
            guard isLabel, [.notPermitted, .access, .notSupported].contains(error.code) else { throw error }
        }
    }
}
