public import LinuxIO
public import Model
public import Store

extension SimulatedHost {
    /// Writes content to a new file beside a path.
    @discardableResult
    public func prepareFile(
        _ temporaryName: String, beside path: String, metadata: FileMetadata, size: Int64,
        content: (_ write: ([UInt8]) throws(HostError) -> Void) throws(HostError) -> Void,
        permit: borrowing MutationPermit
    ) throws(HostError) -> FileIdentity {
        try discard(temporaryName, beside: path, permit: permit)
        // The content comes from the caller, who may call back: it is read outside the lock.
        var bytes: [UInt8] = []
        try content { (chunk) throws(HostError) in bytes += chunk }
        let written = bytes
        return try call { (state) throws(HostError) in
            let place = try state.disk.sibling(temporaryName, of: path)
            try state.checkChange(path, in: place.parent)
            let existing = try state.disk.find(path).map { state.disk[$0] }
            var inode = SimulatedInode(
                .regular(written), owner: 0, group: 0, permissions: 0o644, device: state.disk[place.parent].device,
                time: state.disk.time)
            if let existing, existing.type == .regular {
                inode.metadata = existing.metadata
                inode.attributes = existing.attributes
            }
            inode.metadata = metadata
            guard Int64(written.count) == size else {
                throw HostError(
                    .changed, "cannot write '\(path)': the content has \(written.count) bytes instead of \(size)")
            }
            if let capacity = state.disk.capacity, state.disk.usedBytes + size > capacity {
                throw SimulatedState.error(.noSpace, path)
            }
            try state.point()
            var partial = inode
            partial.content = .regular(Array(written.prefix(written.count / 2)))
            let number = state.disk.add(partial)
            state.disk.change(place.parent, [(temporaryName, number)])
            try state.point()
            state.disk[number] = inode
            try state.point()
            return FileIdentity(inode.status(number))
        }
    }

    /// Makes a symbolic link beside a path.
    public func prepareSymlink(
        _ temporaryName: String, beside path: String, target: String, metadata: FileMetadata,
        permit: borrowing MutationPermit
    ) throws(HostError) {
        try make(temporaryName, beside: path, .symlink(target), permissions: 0o777, metadata)
    }

    /// Exchanges a prepared name with a path.
    public func exchange(
        _ temporaryName: String, with path: String, permit: borrowing MutationPermit
    ) throws(HostError) -> FileStatus {
        try call { (state) throws(HostError) in
            let (temporary, target) = try state.pair(temporaryName, path)
            guard let old = target.inode, let new = temporary.inode else { throw SimulatedDisk.missing(path) }
            try state.checkChange(path, in: target.parent, inode: old)
            try state.point()
            state.disk.change(target.parent, [(target.name, new), (temporaryName, old)])
            state.disk[old].changed = state.disk.time
            state.disk[new].changed = state.disk.time
            try state.point()
            return state.disk[old].status(old)
        }
    }

    /// Gives a prepared file its final name.
    public func install(
        _ temporaryName: String, as path: String, permit: borrowing MutationPermit
    ) throws(HostError) {
        try call { (state) throws(HostError) in
            let (temporary, target) = try state.pair(temporaryName, path)
            guard let new = temporary.inode else { throw SimulatedDisk.missing(path + " (prepared)") }
            guard target.inode == nil else {
                throw HostError(.exists, "cannot make '\(path)': something is there already")
            }
            try state.move(new, from: temporaryName, to: target.name, in: target.parent, path)
        }
    }

    /// Moves what is at a path to the temporary name beside it.
    public func displace(
        _ path: String, to temporaryName: String, permit: borrowing MutationPermit
    ) throws(HostError) {
        try call { (state) throws(HostError) in
            let (temporary, target) = try state.pair(temporaryName, path)
            guard let old = target.inode else { throw SimulatedDisk.missing(path) }
            guard temporary.inode == nil else {
                throw HostError(.exists, "cannot move '\(path)' away: '\(temporaryName)' is taken")
            }
            try state.move(old, from: target.name, to: temporaryName, in: target.parent, path)
        }
    }

    /// Removes what is under a temporary name.
    public func discard(
        _ temporaryName: String, beside path: String, permit: borrowing MutationPermit
    ) throws(HostError) {
        try call { (state) throws(HostError) in
            let place: SimulatedDisk.Place
            do throws(HostError) {
                place = try state.disk.sibling(temporaryName, of: path)
            } catch {
                guard error.code == .notFound else { throw error }
                return
            }
            guard let number = place.inode else { return }
            try state.checkChange(path, in: place.parent)
            try state.removeTree(number, named: temporaryName, in: place.parent)
        }
    }

    /// Makes a directory with its metadata.
    public func makeDirectory(
        _ path: String, metadata: FileMetadata, permit: borrowing MutationPermit
    ) throws(HostError) {
        try make(nil, beside: path, .directory([:]), permissions: 0o755, metadata)
    }

    /// Removes an empty directory.
    public func removeDirectory(_ path: String, permit: borrowing MutationPermit) throws(HostError) {
        try call { (state) throws(HostError) in
            let place = try state.disk.place(of: path)
            guard let number = place.inode else { throw SimulatedDisk.missing(path) }
            guard state.disk[number].type == .directory else {
                throw HostError(
                    .wrongType, "cannot remove the directory '\(path)': it is \(state.disk[number].type.article)")
            }
            guard state.disk[number].entries.isEmpty else {
                throw HostError(.notEmpty, "cannot remove the directory '\(path)': it is not empty")
            }
            try state.checkChange(path, in: place.parent, inode: number)
            try state.point()
            state.disk.change(place.parent, [(place.name, nil)])
            try state.point()
        }
    }

    /// Makes a special file again.
    public func makeSpecial(
        _ path: String, node: SpecialNode, metadata: FileMetadata, permit: borrowing MutationPermit
    ) throws(HostError) {
        try make(nil, beside: path, .special(node.type, device: node.device), permissions: node.permissions, metadata)
    }

    /// Sets owner, group and mode.
    public func setMetadata(
        _ path: String, _ metadata: FileMetadata, within top: String?, permit: borrowing MutationPermit
    ) throws(HostError) {
        try changeInode(path) { $0.metadata = metadata }
    }

    /// Sets extended attributes exactly.
    public func setExtendedAttributes(
        _ path: String, _ attributes: [ExtendedAttribute], within top: String?, permit: borrowing MutationPermit
    ) throws(HostError) {
        let wanted = Dictionary(attributes.map { ($0.name, $0.value) }) { _, last in last }
        try changeInode(path) { $0.attributes = wanted }
    }

    /// Makes files and directories durable.
    public func sync(
        files: [String], directories: [String], permit: borrowing MutationPermit
    ) throws(HostError) {
        try call { (state) throws(HostError) in
            for path in files {
                try state.check(path)
                try state.point()
                guard let number = try state.disk.find(path) else { throw SimulatedDisk.missing(path) }
                state.disk.sync(number)
            }
            for path in directories {
                try state.check(path)
                try state.point()
                state.disk.sync(try state.disk.directory(path))
            }
            try state.point()
            state.disk.collectGarbage()
        }
    }

    /// Makes files of these directories durable, and not their names.
    public func syncFileSystems(of directories: [String], permit: borrowing MutationPermit) throws(HostError) {
        var files: [String] = []
        for directory in directories {
            files += try entries(of: directory, limit: 1 << 20).map { ExecutorPath.below(directory, $0) }
        }
        try sync(files: files, directories: [], permit: permit)
    }

    /// Makes an inode under a new name, which nothing may have.
    private func make(
        _ temporaryName: String?, beside path: String, _ content: SimulatedInode.Content, permissions: UInt16,
        _ metadata: FileMetadata
    ) throws(HostError) {
        try call { (state) throws(HostError) in
            var place = try state.disk.place(of: path)
            if let temporaryName { place = try state.disk.sibling(temporaryName, of: path) }
            guard place.inode == nil else {
                throw HostError(.exists, "cannot make '\(path)': something is there already")
            }
            try state.checkChange(path, in: place.parent)
            try state.point()
            var inode = SimulatedInode(
                content, owner: 0, group: 0, permissions: permissions, device: state.disk[place.parent].device,
                time: state.disk.time)
            inode.metadata = metadata
            let number = state.disk.add(inode)
            state.disk.change(place.parent, [(place.name, number)])
            try state.point()
        }
    }

    private func changeInode(_ path: String, _ body: (inout SimulatedInode) -> Void) throws(HostError) {
        try call { (state) throws(HostError) in
            let place = try state.disk.place(of: path)
            guard let number = place.inode else { throw SimulatedDisk.missing(path) }
            try state.checkChange(path, in: nil, inode: number)
            try state.point()
            var inode = state.disk[number]
            body(&inode)
            inode.changed = state.disk.time
            state.disk[number] = inode
            try state.point()
        }
    }
}

extension SimulatedState {
    /// Whether a change under a path is allowed: no fault, and nothing immutable in the way.
    mutating func checkChange(_ path: String, in directory: Int?, inode: Int? = nil) throws(HostError) {
        try check(path)
        for number in [directory, inode].compactMap(\.self) where disk[number].isImmutable {
            throw Self.error(.notPermitted, path)
        }
    }

    /// The places of a temporary name and of the path that it is beside.
    func pair(
        _ temporaryName: String, _ path: String
    ) throws(HostError) -> (temporary: SimulatedDisk.Place, target: SimulatedDisk.Place) {
        (try disk.sibling(temporaryName, of: path), try disk.place(of: path))
    }

    /// Renames within a directory.
    mutating func move(
        _ number: Int, from name: String, to newName: String, in directory: Int, _ path: String
    ) throws(HostError) {
        try checkChange(path, in: directory, inode: number)
        try point()
        disk.change(directory, [(newName, number), (name, nil)])
        disk[number].changed = disk.time
        try point()
    }

    /// Removes an inode and everything below it that lies on the same device, deepest first.
    mutating func removeTree(_ number: Int, named name: String, in directory: Int) throws(HostError) {
        for (child, below) in disk[number].entries.sorted(by: { $0.key < $1.key }) {
            guard disk[below].device == disk[number].device else {
                throw HostError(.unsafePath, "cannot remove '\(name)': '\(child)' in it is a mount point; unmount it")
            }
            try removeTree(below, named: child, in: number)
        }
        guard !disk[number].isImmutable else { throw Self.error(.notPermitted, name) }
        try point()
        disk.change(directory, [(name, nil)])
    }
}
