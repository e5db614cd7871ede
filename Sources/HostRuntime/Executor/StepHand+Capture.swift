import LinuxIO
import Model
import Store

/// A state that was kept.
struct Captured: Sendable {
    /// The state, with everything that bringing it back needs.
    var state: StateBefore
    /// Whether a file of it was written so recently that its times cannot tell a later write.
    var isYoung = false
    /// The bytes that were kept, so that they stay recoverable.
    var versions: [RetainedVersion] = []
    /// Those of the bytes that are not stored yet.
    var staged: [StagedContent] = []
}

/// How much of a state a step needs to go back.
enum CaptureDepth: Sendable {
    /// Owner, group, mode and attributes.
    case metadata
    /// The bytes too, and of a directory everything in it.
    case everything
}

/// The host could not be read, or the store could not keep it.
enum CaptureError: Error {
    case host(HostError)
    case store(StoreError)

    /// The error as the hand throws it.
    func stop(_ resource: ResourceID) -> StepStop {
        switch self {
        case .host(let error): StepStop(error, resource)
        case .store(let error): StepStop(error, resource)
        }
    }
}

extension Operation {
    /// How much of what is at the path the operation loses.
    var captureDepth: CaptureDepth {
        if case .setMetadata = self { .metadata } else { .everything }
    }
}

extension StepHand {
    /// Keeps what is at a path: bytes go to the content store, the rest into the returned state (I4).
    ///
    /// With `isStaging`, the small bytes of a single file wait for the transaction of the intents.
    func capture(
        _ path: String, depth: CaptureDepth, for resource: ResourceID, isStaging: Bool = false
    ) throws(CaptureError) -> Captured {
        var remaining = configuration.treeEntriesMaximum
        return try capture(path, depth, resource, below: nil, &remaining, isStaging: isStaging)
    }

    private func capture(
        _ path: String, _ depth: CaptureDepth, _ resource: ResourceID, below top: FileStatus?,
        _ remaining: inout Int, isStaging: Bool = false
    ) throws(CaptureError) -> Captured {
        guard let status = try reading({ () throws(HostError) in try host.status(of: path) }) else {
            return Captured(state: .absent)
        }
        if top != nil || status.type == .directory, depth == .everything {
            try refuseMount(path, status, below: top)
        }
        let metadata = FileMetadata(status)
        if depth == .metadata {
            let attributes = status.type == .symbolicLink ? [] : try attributes(of: path)
            return Captured(state: .metadata(metadata, attributes: attributes))
        }
        switch status.type {
        case .regular:
            if status.hasOtherNames, try reading({ () throws(HostError) in try host.isForeignLink(path) }) {
                // Its bytes stay under its other names, and may be nobody's business here.
                return Captured(
                    state: .special(mode: 0o100000 | UInt32(status.permissions), device: 0, metadata: metadata))
            }
            return try captureFile(path, status, resource, isStaging: isStaging)
        case .directory:
            return try captureDirectory(path, status, resource, top: top ?? status, &remaining)
        case .symbolicLink:
            let target = try reading { () throws(HostError) in try host.linkTarget(of: path) }
            return Captured(state: .symlink(target: target, metadata: metadata))
        case .fifo, .socket, .characterDevice, .blockDevice, .unknown:
            let node = try reading { () throws(HostError) in try host.specialNode(at: path) }
            return Captured(
                state: .special(mode: node.mode, device: node.device, metadata: metadata))
        }
    }

    /// Nothing is kept through a mount: not below `top`, nor, without it, what is itself a mount point.
    func refuseMount(_ path: String, _ status: FileStatus, below top: FileStatus?) throws(CaptureError) {
        let isMounted =
            if let top {
                !status.isOnMount(of: top)
            } else {
                try reading { () throws(HostError) in try host.isMountPoint(path, status) }
            }
        guard !isMounted else {
            throw .host(HostError(.unsafePath, "cannot keep '\(path)': it is a mount point or below one; unmount it"))
        }
    }

    private func captureFile(
        _ path: String, _ status: FileStatus, _ resource: ResourceID, isStaging: Bool
    ) throws(CaptureError) -> Captured {
        let attributes = try attributes(of: path)
        var staged: [StagedContent] = []
        let (version, identity) = try keepBytes(of: path, as: path, status, resource) {
            (writer) throws(StoreError) in
            guard isStaging else { return try writer.finish() }
            let waiting = try writer.stage()
            staged.append(waiting)
            return waiting.content
        }
        let file = FileBefore(
            metadata: FileMetadata(status), attributes: attributes, content: version.content, identity: identity)
        let age = host.wallTime().nanoseconds - max(identity.modified, identity.changed)
        return Captured(
            state: .file(file), isYoung: age < configuration.youngFileNanoseconds, versions: [version],
            staged: staged)
    }

    private func captureDirectory(
        _ path: String, _ status: FileStatus, _ resource: ResourceID, top: FileStatus, _ remaining: inout Int
    ) throws(CaptureError) -> Captured {
        let metadata = FileMetadata(status)
        let attributes = try attributes(of: path)
        let limit = remaining
        let names = try reading { () throws(HostError) in try host.entries(of: path, limit: limit) }
        var entries: [NamedState] = []
        var kept = Captured(state: .absent)
        for name in names where !TemporaryName.matches(name) {
            guard remaining > 0 else {
                throw .host(
                    HostError(
                        .tooLarge,
                        "cannot keep what is in '\(path)': it has too many entries; remove it by hand"
                    ))
            }
            remaining -= 1
            let below = ExecutorPath.below(path, name)
            let entry = try capture(below, .everything, resource, below: top, &remaining)
            entries.append(NamedState(name: name, state: entry.state))
            kept.isYoung = kept.isYoung || entry.isYoung
            kept.versions += entry.versions
        }
        kept.state = .directory(metadata: metadata, attributes: attributes, entries: entries)
        return kept
    }

    private func attributes(of path: String) throws(CaptureError) -> [ExtendedAttribute] {
        try reading { () throws(HostError) in try host.extendedAttributes(of: path) }
    }

    private func reading<Result>(_ body: () throws(HostError) -> Result) throws(CaptureError) -> Result {
        do throws(HostError) { return try body() } catch { throw .host(error) }
    }
}
