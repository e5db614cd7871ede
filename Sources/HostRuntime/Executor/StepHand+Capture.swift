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
        return try capture(path, depth, resource, &remaining, isStaging: isStaging)
    }

    private func capture(
        _ path: String, _ depth: CaptureDepth, _ resource: ResourceID, _ remaining: inout Int, isStaging: Bool = false
    ) throws(CaptureError) -> Captured {
        guard let status = try reading({ () throws(HostError) in try host.status(of: path) }) else {
            return Captured(state: .absent)
        }
        let metadata = FileMetadata(status)
        if depth == .metadata {
            let attributes = status.type == .symbolicLink ? [] : try attributes(of: path)
            return Captured(state: .metadata(metadata, attributes: attributes))
        }
        switch status.type {
        case .regular:
            return try captureFile(path, metadata, resource, isStaging: isStaging)
        case .directory:
            return try captureDirectory(path, metadata, resource, &remaining)
        case .symbolicLink:
            let target = try reading { () throws(HostError) in try host.linkTarget(of: path) }
            return Captured(state: .symlink(target: target, metadata: metadata))
        case .fifo, .socket, .characterDevice, .blockDevice, .unknown:
            let node = try reading { () throws(HostError) in try host.specialNode(at: path) }
            return Captured(
                state: .special(mode: node.mode, device: node.device, metadata: metadata))
        }
    }

    private func captureFile(
        _ path: String, _ metadata: FileMetadata, _ resource: ResourceID, isStaging: Bool
    ) throws(CaptureError) -> Captured {
        let attributes = try attributes(of: path)
        var staged: [StagedContent] = []
        let (version, identity) = try keepBytes(of: path, as: path, metadata, resource) {
            (writer) throws(StoreError) in
            guard isStaging else { return try writer.finish() }
            let waiting = try writer.stage()
            staged.append(waiting)
            return waiting.content
        }
        let file = FileBefore(metadata: metadata, attributes: attributes, content: version.content, identity: identity)
        let age = host.wallTime().nanoseconds - max(identity.modified, identity.changed)
        return Captured(
            state: .file(file), isYoung: age < configuration.youngFileNanoseconds, versions: [version],
            staged: staged)
    }

    private func captureDirectory(
        _ path: String, _ metadata: FileMetadata, _ resource: ResourceID, _ remaining: inout Int
    ) throws(CaptureError) -> Captured {
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
            let entry = try capture(ExecutorPath.below(path, name), .everything, resource, &remaining)
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
