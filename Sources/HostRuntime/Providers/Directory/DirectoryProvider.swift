internal import LinuxIO
public import Model

/// Directories: owner, group, mode, also of everything below; purging of entries that nobody declared; absence.
public enum DirectoryProvider: Provider {
    /// `directory`.
    public static let type = ResourceType.directory
    /// How many paths below a directory a recursive declaration covers.
    public static let walkLimit = 200_000

    /// Observes directories, batched by the directory that holds them.
    public static func observe(
        _ batch: [DeclaredResource], on host: some HostReading, context: ObservationContext
    ) -> [(ResourceID, Result<Observation, HostError>)] {
        PathObservation.observe(batch, on: host, context: context) { (resource, status) throws(HostError) in
            let path = resource.id.identity
            guard status.type == .directory, case .directory(let directory) = resource.attributes, !directory.isAbsent
            else {
                return try PathObservation.other(status, for: resource, on: host, context: context)
            }
            let metadata = FileMetadata(status).restricted(
                owner: directory.owner, group: directory.group, mode: directory.mode,
                managesOwnership: context.accounts.managesOwnership)
            let strays =
                directory.purge ? try strays(in: path, status, on: host, context: context) : []
            let mismatches =
                directory.isRecursive
                ? try mismatches(below: resource, directory, on: host, context: context, except: Set(strays)) : [:]
            return .directory(metadata: metadata, strays: strays, mismatches: mismatches)
        }
    }

    /// Entries that nobody declared, by this path or by way of a link; a mount point is never one.
    private static func strays(
        in path: String, _ directory: FileStatus, on host: some HostReading, context: ObservationContext
    ) throws(HostError) -> [String] {
        let candidates = try host.entries(of: path, limit: PathObservation.strayLimit).filter { name in
            !TemporaryName.matches(name) && !context.paths.isKept(name, in: path)
                && !context.paths.isDeclaredAbsent(name, in: path)
        }
        var links = LinkedPaths(
            candidates.isEmpty ? [:] : context.paths.namesakes(of: candidates, outside: path), on: host)
        var strays: [String] = []
        for name in candidates {
            guard let status = try host.status(of: path + "/" + name), status.isOnMount(of: directory),
                try !links.leads(to: status, named: name)
            else { continue }
            strays.append(name)
        }
        context.sparing.note(path, spares: links.hasFound)
        return strays
    }

    /// What below the directory has another owner, group or mode than the declaration gives it.
    ///
    /// A path with a declaration of its own has what that one says; a recursive one below speaks for everything below
    /// itself.
    private static func mismatches(
        below resource: DeclaredResource, _ directory: DirectoryAttributes, on host: some HostReading,
        context: ObservationContext, except strays: Set<String>
    ) throws(HostError) -> [String: MetadataMismatch] {
        let wanted = try context.accounts.metadata(
            owner: directory.owner, group: directory.group, mode: directory.mode, of: resource.id)
        let root = resource.id.identity
        var mismatches: [String: MetadataMismatch] = [:]
        try host.walk(root, limit: walkLimit) { (path, status) throws(HostError) in
            let relative = path.utf8.dropFirst(root.utf8.count + 1)
            let top = String(Substring(relative.prefix { $0 != UInt8(ascii: "/") }))
            if TemporaryName.matches(path.lastPathComponent) || strays.contains(top) { return }
            if context.paths.speaksForItself(path, below: root) { return }
            let difference = FileMetadata(status).difference(
                to: wanted.applied(to: status.type, permissions: status.permissions))
            guard !difference.isEmpty, try !PathObservation.isForeignLink(status, at: path, on: host) else { return }
            mismatches[path] = MetadataMismatch(
                observed: FileMetadata(status).restricted(to: difference), wanted: difference)
            guard mismatches.count <= mismatchLimit else {
                throw HostError(
                    .tooLarge,
                    "cannot correct '\(resource.id)': more than \(mismatchLimit) paths below it differ; correct "
                        + "them once with "
                        + "chown -R or chmod -R, or declare a smaller directory")
            }
        }
        return mismatches
    }

    private static let mismatchLimit = 20_000
}

extension FileMetadata {
    /// What a recursive declaration wants of one path below: links have no mode, and files have execute bits only
    /// where they have one already.
    func applied(to type: FileType, permissions: UInt16) -> FileMetadata {
        var wanted = self
        switch type {
        case .symbolicLink: wanted.mode = nil
        case .directory: break
        case .regular, .fifo, .socket, .characterDevice, .blockDevice, .unknown:
            // Set-id and sticky bits of a directory mean something else on a file.
            wanted.mode = mode.map { $0 & (permissions & 0o111 == 0 ? 0o666 : 0o777) }
        }
        return wanted
    }

    /// The parts that a difference names.
    fileprivate func restricted(to difference: FileMetadata) -> FileMetadata {
        FileMetadata(
            owner: difference.owner == nil ? nil : owner, group: difference.group == nil ? nil : group,
            mode: difference.mode == nil ? nil : mode)
    }
}
