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
        var parents: [Substring: HostError?] = [:]
        let absent = context.absent.isEmpty ? [] : batch.filter { context.absent.contains($0.id) }
        for resource in absent {
            do throws(HostError) {
                try requireParent(of: resource, on: host, context: context, known: &parents)
                results.append((resource.id, .success(.absent)))
            } catch {
                results.append((resource.id, .failure(error)))
            }
        }
        let rest = absent.isEmpty ? batch : batch.filter { !context.absent.contains($0.id) }
        host.statuses(of: rest.map(\.id.identity)) { index, status in
            let resource = rest[index]
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

    /// What stands where another type or nothing is declared, with all its metadata.
    static func other(
        _ status: FileStatus, for resource: DeclaredResource, on host: some HostReading, context: ObservationContext
    ) throws(HostError) -> Observation {
        let path = resource.id.identity
        switch status.type {
        case .symbolicLink:
            return .symlink(target: try host.linkTarget(of: path), metadata: FileMetadata(status))
        case .directory:
            // Only a directory waits with its removal until what lies in it is removed.
            let waits = resource.attributes.type == .directory
            let obstacles = try host.entries(of: path, limit: strayLimit).filter { name in
                !TemporaryName.matches(name) && !(waits && context.paths.isDeclaredAbsent(name, in: path))
            }
            return .directory(metadata: FileMetadata(status), strays: obstacles, mismatches: [:])
        case .regular:
            if try isForeignLink(status, at: path, on: host) {
                return .special(.regular, metadata: FileMetadata(status))
            }
            return .file(
                metadata: FileMetadata(status), content: try context.cache.content(of: path, status: status, on: host))
        case .fifo, .socket, .characterDevice, .blockDevice, .unknown:
            return .special(status.type, metadata: FileMetadata(status))
        }
    }

    /// Whether a file is reached through a name that others could have given it beside its own.
    static func isForeignLink(
        _ status: FileStatus, at path: String, on host: some HostReading
    ) throws(HostError) -> Bool {
        guard status.hasOtherNames else { return false }
        return try host.isForeignLink(path)
    }

    /// How many entries a directory that is purged or removed may have.
    static let strayLimit = 10_000

    /// What is to be made needs a parent that is there or that is declared.
    private static func requireParent(
        of resource: DeclaredResource, on host: some HostReading, context: ObservationContext,
        known: inout [Substring: HostError?]
    ) throws(HostError) {
        if resource.attributes.isAbsent { return }
        let (parent, _) = try PathTable.split(resource.id.identity)
        if parent == "/" || context.paths.willBeDirectory(parent) { return }
        let problem: HostError?
        if let looked = known[parent] {
            problem = looked
        } else {
            problem = try Self.problem(ofParent: parent, on: host, context: context)
            known[parent] = .some(problem)
        }
        guard let problem else { return }
        throw HostError(problem.code, "cannot make '\(resource.id)': \(problem.message)")
    }

    /// Why nothing can be made in a directory that is not declared as one; nil when it can.
    private static func problem(
        ofParent parent: Substring, on host: some HostReading, context: ObservationContext
    ) throws(HostError) -> HostError? {
        switch try host.status(of: String(parent))?.type {
        case .directory: return nil
        case .symbolicLink:
            do throws(HostError) {
                _ = try host.entries(of: String(parent), limit: 0)
            } catch {
                if error.code == .tooLarge { return nil }
                guard error.code == .notFound || error.code == .wrongType else { throw error }
                return HostError(.notFound, "its directory '\(parent)' is a link that leads to no directory")
            }
            return nil
        case nil:
            // The planner has what lies below wait until the link is made.
            if context.paths.willBeLink(parent) { return nil }
            return HostError(.notFound, "its directory '\(parent)' does not exist; declare 'directory: \(parent)'")
        case .some(let other):
            if context.paths.willBeLink(parent) { return nil }
            return HostError(
                .wrongType,
                "'\(parent)', where its directory would be, is \(other.article); declare 'directory: \(parent)' "
                    + "to replace it")
        }
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
