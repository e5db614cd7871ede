import LinuxIO
import Model
import Store

extension StepHand {
    /// Keeps what lies at a temporary name unless it is known: the state before the step, or what the step itself made.
    ///
    /// Returns what was not, so that others' bytes are never discarded unkept (I4).
    func keepForeign(
        _ record: StepRecord, at place: String, isNewKnown: Bool, trustsTimes: Bool
    ) throws(StepStop) -> Foreign {
        guard let path = record.operation.path else { return Foreign() }
        var keeper = ForeignKeeper(hand: self, resource: record.resource, trustsTimes: trustsTimes)
        do throws(CaptureError) {
            try keeper.keep(
                place, as: path, before: record.undo.before, new: isNewKnown ? record.operation : nil, below: nil)
        } catch {
            throw error.stop(record.resource)
        }
        return keeper.found
    }

    /// Discards what lies under a temporary name beside the path.
    ///
    /// A directory first moves, durably, to a name from which nothing is ever put back: it cannot be discarded in one
    /// step.
    func discard(_ record: StepRecord, _ name: String, _ path: String, isDirectory: Bool) throws(StepStop) {
        try attempt(record.resource) { () throws(HostError) in
            guard isDirectory else { return try host.discard(name, beside: path, permit: permit()) }
            let waste = wasteName(record.index)
            try host.discard(waste, beside: path, permit: permit())
            try host.displace(ExecutorPath.beside(path, name), to: waste, permit: permit())
            try host.sync(files: [], directories: [ExecutorPath.parent(of: path)], permit: permit())
            try host.discard(waste, beside: path, permit: permit())
        }
    }

    /// Streams the bytes of a file into the content store.
    ///
    /// The returned version makes them recoverable under `path` once it is written with the next intents. Nothing is
    /// kept of another file than the one that was looked at.
    func keepBytes(
        of place: String, as path: String, _ status: FileStatus, _ resource: ResourceID,
        finish: (consuming ContentWriter) throws(StoreError) -> DeclaredContent = { (writer) throws(StoreError) in
            try writer.finish()
        }
    ) throws(CaptureError) -> (RetainedVersion, FileIdentity) {
        var writer = content.writer()
        var failure: StoreError?
        let identity: FileIdentity
        do throws(HostError) {
            identity = try host.read(place) { piece throws(HostError) in
                do throws(StoreError) { try writer.append(piece) } catch {
                    failure = error
                    throw HostError(.noSpace, error.message)
                }
            }
        } catch {
            throw failure.map { .store($0) } ?? .host(error)
        }
        guard identity.device == status.device, identity.inode == status.inode else {
            throw .host(HostError(.changed, "cannot keep '\(path)': it was exchanged meanwhile; it is tried again"))
        }
        do throws(StoreError) {
            return (version(try finish(writer), of: path, FileMetadata(status), resource), identity)
        } catch {
            throw .store(error)
        }
    }

    /// Keeps bytes that are no file, such as the target of a link.
    func keep(
        _ bytes: [UInt8], as path: String, _ metadata: FileMetadata, _ resource: ResourceID
    ) throws(CaptureError) -> RetainedVersion {
        do throws(StoreError) { return version(try content.put(bytes), of: path, metadata, resource) } catch {
            throw .store(error)
        }
    }

    private func version(
        _ bytes: DeclaredContent, of path: String, _ metadata: FileMetadata, _ resource: ResourceID
    ) -> RetainedVersion {
        RetainedVersion(
            resource: resource, path: path, time: host.wallTime(), content: bytes, metadata: metadata, run: run.name)
    }

    /// Streams kept bytes, for the file at `path`.
    func stream(
        _ digest: ContentDigest, for path: String, _ write: ([UInt8]) throws(HostError) -> Void
    ) throws(HostError) {
        if let bytes = recent.bytes(of: digest) { return try write(bytes) }
        do {
            var whole: [UInt8]? = []
            // Safety: the piece is copied within the closure.
            try content.read(digest) { piece in
                let bytes = Array(piece)
                // Only what comes in one piece is worth keeping.
                whole = whole?.isEmpty == true ? bytes : nil
                try write(bytes)
            }
            if let whole { recent.keep(whole, of: digest) }
        } catch let error as HostError {
            throw error
        } catch {
            throw HostError(.unavailable, "cannot write '\(path)': \(error)")
        }
    }
}

/// What others wrote and nobody knew.
struct Foreign: Sendable {
    /// The writes, to be reported.
    var writes: [ConcurrentWrite] = []
    /// Their bytes, to be made recoverable.
    var versions: [RetainedVersion] = []
    /// Whether a directory was looked through, which cannot be discarded in one step.
    var isDirectory = false
}

/// Looks through what lies at a temporary name for what others wrote.
struct ForeignKeeper<Host: HostMutating> {
    let hand: StepHand<Host>
    let resource: ResourceID
    let trustsTimes: Bool
    private(set) var found = Foreign()

    init(hand: StepHand<Host>, resource: ResourceID, trustsTimes: Bool) {
        self.hand = hand
        self.resource = resource
        self.trustsTimes = trustsTimes
    }

    /// Keeps what is not known at and below `place`; `path` is where it belongs.
    mutating func keep(
        _ place: String, as path: String, before: StateBefore?, new: Operation?, below top: FileStatus?
    ) throws(CaptureError) {
        guard let status = try reading({ () throws(HostError) in try hand.host.status(of: place) }) else { return }
        if top != nil || status.type == .directory { try hand.refuseMount(place, status, below: top) }
        switch status.type {
        case .regular:
            try keepFile(place, as: path, status, before, new)
        case .directory:
            try keepDirectory(place, as: path, before, new, top: top ?? status)
        case .symbolicLink:
            try keepLink(place, as: path, status, before, new)
        case .fifo, .socket, .characterDevice, .blockDevice, .unknown:
            if case .special? = before { return }
            note(path, nil)
        }
    }

    private mutating func keepFile(
        _ place: String, as path: String, _ status: FileStatus, _ before: StateBefore?, _ new: Operation?
    ) throws(CaptureError) {
        if status.hasOtherNames, try reading({ () throws(HostError) in try hand.host.isForeignLink(place) }) {
            // Its bytes stay under its other names, and may be nobody's business here.
            if case .special? = before { return }
            return note(path, nil)
        }
        var known: Set<ContentDigest> = []
        if case .file(let file)? = before {
            if trustsTimes, file.identity.isUnwritten(in: FileIdentity(status)) { return }
            known.insert(file.content.digest)
        }
        if case .writeFile(_, let content, _)? = new { known.insert(content.digest) }
        if !known.isEmpty {
            let digest = try reading { () throws(HostError) in try hand.host.digest(of: place).0 }
            if known.contains(digest) { return }
        }
        note(path, try hand.keepBytes(of: place, as: path, status, resource).0)
    }

    private mutating func keepLink(
        _ place: String, as path: String, _ status: FileStatus, _ before: StateBefore?, _ new: Operation?
    ) throws(CaptureError) {
        let target = try reading { () throws(HostError) in try hand.host.linkTarget(of: place) }
        if case .symlink(target, _)? = before { return }
        if case .makeSymlink(_, target, _)? = new { return }
        note(path, try hand.keep(Array(target.utf8), as: path, FileMetadata(status), resource))
    }

    private mutating func keepDirectory(
        _ place: String, as path: String, _ before: StateBefore?, _ new: Operation?, top: FileStatus
    ) throws(CaptureError) {
        found.isDirectory = true
        var known: [String: StateBefore] = [:]
        if case .directory(_, _, let entries)? = before {
            for entry in entries { known[entry.name] = entry.state }
        } else if case .makeDirectory? = new {
            // Empty as the step made it, so that whatever is in it is not known.
        } else {
            note(path, nil)
        }
        let limit = hand.configuration.treeEntriesMaximum
        let names = try reading { () throws(HostError) in try hand.host.entries(of: place, limit: limit) }
        for name in names where !TemporaryName.matches(name) {
            try keep(
                ExecutorPath.below(place, name), as: ExecutorPath.below(path, name), before: known[name], new: nil,
                below: top)
        }
    }

    private mutating func note(_ path: String, _ version: RetainedVersion?) {
        found.writes.append(ConcurrentWrite(resource: resource, path: path, kept: version?.content.digest))
        if let version { found.versions.append(version) }
    }

    private func reading<Result>(_ body: () throws(HostError) -> Result) throws(CaptureError) -> Result {
        do throws(HostError) { return try body() } catch { throw .host(error) }
    }
}

extension FileIdentity {
    /// Whether the file with another identity is this one and was not written since.
    ///
    /// Its time of change is left out: being renamed moves it.
    func isUnwritten(in other: FileIdentity) -> Bool {
        device == other.device && inode == other.inode && size == other.size && modified == other.modified
    }
}
