internal import LinuxIO
internal import Model

/// What the providers of paths have in common: looking at a path and judging what stands there.
enum PathObservation {
    /// Statuses of a batch by path, in its order, each of which is turned into an observation.
    static func observe(
        _ batch: [DeclaredResource], on host: some HostReading, context: ObservationContext,
        _ body: (DeclaredResource, FileStatus) throws(HostError) -> Observation
    ) -> [(ResourceID, Result<Observation, HostError>)] {
        var results: [(ResourceID, Result<Observation, HostError>)] = []
        results.reserveCapacity(batch.count)
        var parents: [Substring: Bool] = [:]
        host.statuses(of: batch.map(\.id.identity)) { index, status in
            let resource = batch[index]
            do throws(HostError) {
                guard let found = try status.get() else {
                    try requireParent(of: resource, on: host, context: context, known: &parents)
                    results.append((resource.id, .success(.absent)))
                    return
                }
                results.append((resource.id, .success(try body(resource, found))))
            } catch {
                results.append((resource.id, .failure(error)))
            }
        }
        return results
    }

    /// What stands where another type is declared, with all its metadata.
    static func other(
        _ status: FileStatus, at path: String, on host: some HostReading, context: ObservationContext
    ) throws(HostError) -> Observation {
        switch status.type {
        case .symbolicLink:
            .symlink(target: try host.linkTarget(of: path), metadata: FileMetadata(status))
        case .directory:
            .directory(
                metadata: FileMetadata(status), strays: try obstacles(in: path, on: host, context: context),
                mismatches: [:])
        case .regular:
            .file(
                metadata: FileMetadata(status),
                content: try context.cache.content(of: path, status: status, on: host))
        case .fifo, .socket, .characterDevice, .blockDevice, .unknown:
            .special(status.type, metadata: FileMetadata(status))
        }
    }

    /// The entries of a directory that keep it from being replaced or removed: those that no resource declares absent.
    static func obstacles(
        in directory: String, on host: some HostReading, context: ObservationContext
    ) throws(HostError) -> [String] {
        try host.entries(of: directory, limit: strayLimit).filter { name in
            !TemporaryName.matches(name) && !context.paths.isDeclaredAbsent(name, in: directory)
        }
    }

    /// How many entries a directory that is purged or removed may have.
    static let strayLimit = 10_000

    /// What is to be made needs a parent that is there or that is declared.
    private static func requireParent(
        of resource: DeclaredResource, on host: some HostReading, context: ObservationContext,
        known: inout [Substring: Bool]
    ) throws(HostError) {
        if resource.attributes.isAbsent { return }
        let (parent, _) = try PathTable.split(resource.id.identity)
        if parent == "/" || context.paths.mayBecomeDirectory(parent) { return }
        let isThere: Bool
        if let isKnown = known[parent] {
            isThere = isKnown
        } else {
            isThere = try host.status(of: String(parent)) != nil
        }
        known[parent] = isThere
        guard !isThere else { return }
        throw HostError(
            .notFound,
            "cannot make '\(resource.id)': its directory '\(parent)' does not exist; declare 'directory: \(parent)'")
    }
}

extension FileMetadata {
    /// Only what a declaration manages.
    func restricted(owner: String?, group: String?, mode: UInt16?, managesOwnership: Bool) -> FileMetadata {
        FileMetadata(
            owner: owner == nil || !managesOwnership ? nil : self.owner,
            group: group == nil || !managesOwnership ? nil : self.group, mode: mode == nil ? nil : self.mode)
    }

    /// This, with what the other one has instead of its own.
    func overridden(by other: FileMetadata) -> FileMetadata {
        FileMetadata(owner: other.owner ?? owner, group: other.group ?? group, mode: other.mode ?? mode)
    }

    /// What the other one wants that differs from this.
    func difference(to other: FileMetadata) -> FileMetadata {
        FileMetadata(
            owner: other.owner == owner ? nil : other.owner, group: other.group == group ? nil : other.group,
            mode: other.mode == mode ? nil : other.mode)
    }

    /// Whether there is nothing to set.
    var isEmpty: Bool { owner == nil && group == nil && mode == nil }
}
