public import LinuxIO
public import Model
public import Store

extension LinuxHost {
    /// Exchanges a prepared name with a path in one step.
    public func exchange(
        _ temporaryName: String, with path: String, permit: borrowing MutationPermit
    ) throws(HostError) -> FileStatus {
        let displaced = try attempt("replace", path) { () throws(LinuxIOError) in
            let place = try self.place(of: path)
            try place.parent.handle.exchange(temporaryName, place.name)
            return try place.parent.handle.status(of: temporaryName)
        }
        guard let displaced else {
            throw HostError(
                .changed,
                "cannot replace '\(path)': what it displaced was removed at once; look for who else writes there")
        }
        return displaced
    }

    /// Gives a prepared file its final name.
    public func install(
        _ temporaryName: String, as path: String, permit: borrowing MutationPermit
    ) throws(HostError) {
        try attempt("make", path) { () throws(LinuxIOError) in
            let place = try self.place(of: path)
            try place.parent.handle.renameNoReplace(temporaryName, to: place.name)
        }
    }

    /// Moves what is at a path to a temporary name beside it.
    public func displace(
        _ path: String, to temporaryName: String, permit: borrowing MutationPermit
    ) throws(HostError) {
        try attempt("move away", path) { () throws(LinuxIOError) in
            let place = try self.place(of: path)
            try place.parent.handle.renameNoReplace(place.name, to: temporaryName)
        }
    }

    /// Removes an empty directory.
    public func removeDirectory(_ path: String, permit: borrowing MutationPermit) throws(HostError) {
        try attempt("remove the directory", path) { () throws(LinuxIOError) in
            let place = try root.openParent(of: path)
            try place.directory.removeDirectory(place.name)
        }
    }

    /// Sets owner, group and mode without following a link.
    ///
    /// All of it is done to the one file that the name stood for at first. Bits that go away go first, so that no
    /// moment gives more than the state before or the state after.
    public func setMetadata(
        _ path: String, _ metadata: FileMetadata, within top: String?, permit: borrowing MutationPermit
    ) throws(HostError) {
        try attempt("set the owner or mode of", path) { () throws(LinuxIOError) in
            let own = try own(path, within: top)
            let status = try own.file.status()
            let mode = status.type == .symbolicLink ? nil : metadata.mode
            let changesOwner =
                (metadata.owner ?? status.owner, metadata.group ?? status.group) != (status.owner, status.group)
            let granted = (mode ?? 0) & 0o6000 & ~(changesOwner ? 0 : status.permissions)
            if granted != 0, status.type == .regular { try requireGuarded(own) }
            if let mode, changesOwner, status.permissions & ~mode != 0 {
                try own.file.setPermissions(status.permissions & mode)
            }
            if changesOwner {
                try own.file.setOwner(metadata.owner, group: metadata.group)
            }
            // A change of owner clears set-id bits, so the mode is set after it in any case.
            if let mode, changesOwner || mode != status.permissions {
                try own.file.setPermissions(mode)
            }
        }
    }

    /// Sets extended attributes exactly.
    public func setExtendedAttributes(
        _ path: String, _ attributes: [ExtendedAttribute], within top: String?, permit: borrowing MutationPermit
    ) throws(HostError) {
        try attempt("set the attributes of", path) { () throws(LinuxIOError) in
            let own = try own(path, within: top)
            let present = try own.file.extendedAttributes()
            for attribute in attributes where present[attribute.name] != attribute.value {
                if attribute.name == "security.capability" { try requireGuarded(own) }
                try refusable(attribute.name) { () throws(LinuxIOError) in
                    try own.file.setExtendedAttribute(attribute.name, to: attribute.value)
                }
            }
            let wanted = Set(attributes.map(\.name))
            for name in present.keys.sorted() where !wanted.contains(name) {
                try refusable(name) { () throws(LinuxIOError) in try own.file.removeExtendedAttribute(name) }
            }
        }
    }

    /// The file that a path names, unless it may be somebody's second name for a file elsewhere, or, below a declared
    /// directory, is reached through a mount.
    func own(_ path: String, within top: String? = nil) throws(LinuxIOError) -> OwnFile {
        var last: LinuxIOError?
        for _ in 0..<Self.ownTries {
            do throws(LinuxIOError) {
                return try ownNow(path, within: top)
            } catch  where error.code == .stale {
                last = error
                var pause = Poll()
                try pause.wait(timeout: .milliseconds(2))
            }
        }
        throw last ?? LinuxIOError(code: .stale, call: "statx", path: path)
    }

    /// Fails where others than root can exchange files.
    private func requireGuarded(_ own: borrowing OwnFile) throws(LinuxIOError) {
        guard try root.isGuarded(own.place.directory) else {
            throw LinuxIOError(code: .unguarded, call: "statx", path: own.place.directory.path(of: own.place.name))
        }
    }

    /// How often a file is looked at whose names are being changed.
    private static let ownTries = 4

    private func ownNow(_ path: String, within top: String?) throws(LinuxIOError) -> OwnFile {
        let place: ParentDirectory
        if let top { place = try root.openParent(of: path, within: top) } else { place = try root.openParent(of: path) }
        let file = try root.pinOwn(place)
        if top != nil {
            let status = try file.status()
            guard try status.isOnMount(of: place.directory.status()) else {
                throw LinuxIOError(code: .busy, call: "statx", path: path)
            }
        }
        return OwnFile(file: file, place: place)
    }
}

/// What a path stands for, as far as it may be changed through it.
struct OwnFile: ~Copyable {
    /// The file.
    let file: PinnedFile
    /// Where it was found.
    let place: ParentDirectory
}
