public import LinuxIO
public import Model
public import Store

extension LinuxHost {
    /// Exchanges a prepared name with a path in one step.
    public func exchange(
        _ temporaryName: String, with path: String, permit: borrowing MutationPermit
    ) throws(HostError) -> FileStatus {
        let displaced = try attempt("replace", path) { () throws(LinuxIOError) in
            let place = try root.openParent(of: path)
            try place.directory.exchange(temporaryName, place.name)
            return try place.directory.status(of: temporaryName)
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
            let place = try root.openParent(of: path)
            try place.directory.renameNoReplace(temporaryName, to: place.name)
        }
    }

    /// Moves what is at a path to a temporary name beside it.
    public func displace(
        _ path: String, to temporaryName: String, permit: borrowing MutationPermit
    ) throws(HostError) {
        try attempt("move away", path) { () throws(LinuxIOError) in
            let place = try root.openParent(of: path)
            try place.directory.renameNoReplace(place.name, to: temporaryName)
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
    /// Bits that go away go first, so that no moment gives more than the state before or the state after.
    public func setMetadata(
        _ path: String, _ metadata: FileMetadata, permit: borrowing MutationPermit
    ) throws(HostError) {
        try attempt("set the owner or mode of", path) { () throws(LinuxIOError) in
            let place = try root.openParent(of: path)
            guard let status = try place.directory.status(of: place.name) else {
                throw LinuxIOError(code: .noEntry, call: "statx", path: path)
            }
            let mode = status.type == .symbolicLink ? nil : metadata.mode
            let changesOwner =
                (metadata.owner ?? status.owner, metadata.group ?? status.group) != (status.owner, status.group)
            if let mode, changesOwner, status.permissions & ~mode != 0 {
                try place.directory.setPermissions(place.name, status.permissions & mode)
            }
            if changesOwner {
                try place.directory.setOwner(place.name, owner: metadata.owner, group: metadata.group)
            }
            // A change of owner clears set-id bits, so the mode is set after it in any case.
            if let mode, changesOwner || mode != status.permissions {
                try place.directory.setPermissions(place.name, mode)
            }
        }
    }

    /// Sets extended attributes exactly.
    public func setExtendedAttributes(
        _ path: String, _ attributes: [ExtendedAttribute], permit: borrowing MutationPermit
    ) throws(HostError) {
        try attempt("set the attributes of", path) { () throws(LinuxIOError) in
            let place = try root.openParent(of: path)
            let present = try place.directory.extendedAttributes(of: place.name)
            for attribute in attributes where present[attribute.name] != attribute.value {
                try refusable(attribute.name) { () throws(LinuxIOError) in
                    try place.directory.setExtendedAttribute(attribute.name, to: attribute.value, of: place.name)
                }
            }
            let wanted = Set(attributes.map(\.name))
            for name in present.keys.sorted() where !wanted.contains(name) {
                try refusable(name) { () throws(LinuxIOError) in
                    try place.directory.removeExtendedAttribute(name, of: place.name)
                }
            }
        }
    }
}
