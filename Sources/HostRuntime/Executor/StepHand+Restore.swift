import LinuxIO
import Model
import Store

extension StepHand {
    /// Builds the state before a step under its undo name.
    func build(_ record: StepRecord) throws(StepStop) {
        guard let path = record.operation.path else { return }
        let place = ExecutorPath.beside(path, undoName(record.index))
        try attempt(record.resource) { () throws(HostError) in
            try build(record.undo.before, at: place, of: path)
        }
        try pass(.undoPrepared(step: record.index))
    }

    private func build(_ state: StateBefore, at place: String, of path: String) throws(HostError) {
        switch state {
        case .file(let file):
            try host.prepareFile(
                ExecutorPath.name(of: place), beside: place, metadata: file.metadata, size: file.content.size,
                content: { write throws(HostError) in try stream(file.content.digest, for: path, write) },
                permit: permit())
            try restore(file.metadata, file.attributes, at: place)
        case .symlink(let target, let metadata):
            try host.prepareSymlink(
                ExecutorPath.name(of: place), beside: place, target: target, metadata: metadata, permit: permit())
        case .directory(let metadata, let attributes, let entries):
            try host.makeDirectory(place, metadata: metadata, permit: permit())
            for entry in entries {
                try build(
                    entry.state, at: ExecutorPath.below(place, entry.name), of: ExecutorPath.below(path, entry.name))
            }
            try restore(metadata, attributes, at: place)
        case .special(let mode, let device, let metadata):
            let node = SpecialNode(mode: mode, device: device)
            guard node.type != .unknown else {
                throw HostError(.unavailable, "cannot put back '\(path)': it was a hard link to a file elsewhere")
            }
            try host.makeSpecial(place, node: node, metadata: metadata, permit: permit())
        case .absent, .metadata, .unit, .none:
            break
        }
    }

    /// Makes everything that was built durable before it takes its place.
    func syncBuilt(_ records: [StepRecord]) throws(StepStop) {
        var files: [String] = []
        var directories: [String] = []
        for record in records {
            guard let path = record.operation.path else { continue }
            let place = ExecutorPath.beside(path, undoName(record.index))
            collect(record.undo.before, at: place, &files, &directories)
        }
        guard let first = records.first, !(files.isEmpty && directories.isEmpty) else { return }
        try attempt(first.resource) { () throws(HostError) in
            try host.sync(files: files, directories: directories, permit: permit())
        }
        try pass(.contentSynced)
    }

    private func collect(
        _ state: StateBefore, at place: String, _ files: inout [String], _ directories: inout [String]
    ) {
        switch state {
        case .file: files.append(place)
        case .directory(_, _, let entries):
            directories.append(place)
            for entry in entries {
                collect(entry.state, at: ExecutorPath.below(place, entry.name), &files, &directories)
            }
        case .absent, .symlink, .special, .metadata, .unit, .none: break
        }
    }

    /// Sets owner, group, mode and attributes where they differ.
    ///
    /// Attributes come last: a change of owner clears some.
    func restore(
        _ metadata: FileMetadata, _ attributes: [ExtendedAttribute], at path: String, within top: String? = nil
    ) throws(HostError) {
        guard let status = try host.status(of: path) else {
            throw HostError(.notFound, "cannot restore the owner and mode of '\(path)': nothing is there any more")
        }
        if FileMetadata(status) != metadata { try host.setMetadata(path, metadata, within: top, permit: permit()) }
        if status.type == .symbolicLink { return }
        if try host.extendedAttributes(of: path) != attributes {
            try host.setExtendedAttributes(path, attributes, within: top, permit: permit())
        }
    }
}

extension StepHand {
    /// Whether a path holds exactly a state.
    func matches(_ path: String, _ state: StateBefore, _ resource: ResourceID) throws(StepStop) -> Bool {
        try attempt(resource) { () throws(HostError) in try matches(path, state) }
    }

    private func matches(_ path: String, _ state: StateBefore) throws(HostError) -> Bool {
        let status = try host.status(of: path)
        switch state {
        case .absent:
            return status == nil
        case .file(let file):
            guard let status, status.type == .regular else { return false }
            if FileIdentity(status) == file.identity { return true }
            guard FileMetadata(status) == file.metadata, status.size == file.content.size else { return false }
            let attributes = try host.extendedAttributes(of: path)
            guard attributes == file.attributes else { return false }
            return try host.digest(of: path).0 == file.content.digest
        case .directory(let metadata, let attributes, let entries):
            guard let status, status.type == .directory, FileMetadata(status) == metadata else { return false }
            let names = try host.entries(of: path, limit: configuration.treeEntriesMaximum)
            guard names.filter({ !TemporaryName.matches($0) }) == entries.map(\.name),
                try host.extendedAttributes(of: path) == attributes
            else { return false }
            for entry in entries where try !matches(ExecutorPath.below(path, entry.name), entry.state) { return false }
            return true
        case .symlink(let target, let metadata):
            guard let status, status.type == .symbolicLink, status.owner == metadata.owner,
                status.group == metadata.group
            else { return false }
            return try host.linkTarget(of: path) == target
        case .special(let mode, let device, let metadata):
            guard let status, FileMetadata(status) == metadata else { return false }
            switch status.type {
            case .fifo, .socket, .characterDevice, .blockDevice:
                return try host.specialNode(at: path) == SpecialNode(mode: mode, device: device)
            case .regular, .directory, .symbolicLink, .unknown:
                return false
            }
        case .metadata(let metadata, let attributes):
            guard let status, FileMetadata(status) == metadata else { return false }
            return status.type == .symbolicLink ? true : try host.extendedAttributes(of: path) == attributes
        case .unit, .none:
            return true
        }
    }
}
