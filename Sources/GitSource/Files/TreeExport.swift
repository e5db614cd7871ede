internal import LinuxIO
internal import Synchronization

/// Writes the objects of a tree, as they arrive, to a directory that gets its name when it is whole.
///
/// Files appear with mode 0444 or 0555, links last. Calls block, come one at a time and on one thread.
final class TreeExport: Sendable {
    private struct State: ~Copyable {
        var objects = ObjectStream()
        var next = 0
        var current: FileDescriptor?
        var start: [UInt8] = []
        var target: [UInt8] = []
        var links: [[String]: String] = [:]
        var pointers: [TreeEntry] = []
        var parent: [String] = []
        var parentDirectory: DirectoryHandle
    }

    static let linkTargetMaximum = 4000

    private let cache: CacheDirectory
    private let name: String
    private let entries: [TreeEntry]
    private let activity: String
    private let state: Mutex<State>

    private var partialName: String { CacheDirectory.partialPrefix + name }

    /// Makes the directory that is written to, in place of what an interrupted export left.
    init(_ entries: [TreeEntry], name: String, cache: CacheDirectory, activity: String) throws {
        self.entries = entries
        self.name = name
        self.cache = cache
        self.activity = activity
        let trees = try cache.open().openSubdirectory(CacheDirectory.treesName)
        let partialName = CacheDirectory.partialPrefix + name
        try TreeRemoval.remove(partialName, from: trees)
        try trees.makeDirectory(partialName, permissions: 0o700)
        state = Mutex(State(parentDirectory: try trees.openSubdirectory(partialName)))
    }

    /// What `git cat-file --batch` reads: the objects of all entries, in order.
    var request: [UInt8] {
        Array(entries.map { $0.object + "\n" }.joined().utf8)
    }

    /// Takes what `git cat-file --batch` prints.
    func consume(_ chunk: [UInt8]) throws {
        try state.withLock { state in
            for event in try state.objects.consume(chunk) {
                switch event {
                case .begin(let object, let type, let size): try begin(object, type, size, &state)
                case .bytes(let bytes): try add(bytes, &state)
                case .end: try end(&state)
                }
            }
        }
    }

    /// Checks that everything has come, makes the links, and gives the directory its name.
    func finish() throws {
        let (count, links, pointers) = state.withLock { ($0.next, $0.links, $0.pointers) }
        guard count == entries.count else {
            throw GitSourceError(.corrupt, "cannot \(activity): \(entries.count - count) files did not come")
        }
        guard pointers.isEmpty else {
            throw GitSourceError(
                .unsafeContent,
                "cannot \(activity): Git LFS is not supported: \(TreeRules.names(of: pointers)); commit the files"
            )
        }
        try TreeRules.check(links: links, activity: activity)
        let trees = try cache.open().openSubdirectory(CacheDirectory.treesName)
        try makeLinks(links)
        try trees.setPermissions(partialName, 0o755)
        // One sync for all files instead of one each: the name must not outlive the bytes in a power cut.
        try trees.syncFileSystem()
        try trees.renameNoReplace(partialName, to: name)
        try trees.sync()
    }

    /// Removes what was written of an export that failed.
    func abandon() throws {
        try TreeRemoval.remove(partialName, from: cache.open().openSubdirectory(CacheDirectory.treesName))
    }

    // MARK: - Objects

    private func begin(_ object: String, _ type: String, _ size: Int, _ state: inout State) throws {
        guard state.next < entries.count, entries[state.next].object == object, type == "blob" else {
            throw GitSourceError(.corrupt, "cannot \(activity): git gave another object than it was asked for")
        }
        let entry = entries[state.next]
        guard size == entry.size else {
            throw GitSourceError(.corrupt, "cannot \(activity): '\(entry.displayPath)' has another size than listed")
        }
        state.start = []
        state.target = []
        guard case .file(let isExecutable) = entry.kind else { return }
        try enter(Array(entry.components.dropLast()), &state)
        guard let name = entry.components.last else { return }
        state.current = try state.parentDirectory.createTemporary(name, permissions: isExecutable ? 0o555 : 0o444)
    }

    private func add(_ bytes: [UInt8], _ state: inout State) throws {
        let entry = entries[state.next]
        if entry.kind == .link {
            state.target += bytes
            guard state.target.count <= Self.linkTargetMaximum else {
                throw GitSourceError(.unsafeContent, "cannot \(activity): the link '\(entry.displayPath)' is too long")
            }
            return
        }
        if state.start.count < 64 { state.start += bytes.prefix(64) }
        try state.current?.writeAll(bytes)
    }

    private func end(_ state: inout State) throws {
        let entry = entries[state.next]
        state.next += 1
        state.current = nil
        if entry.kind == .link {
            guard let target = String(validating: state.target, as: UTF8.self), !target.isEmpty,
                !target.utf8.contains(0)
            else {
                throw GitSourceError(
                    .unsafeContent, "cannot \(activity): the link '\(entry.displayPath)' has no usable target")
            }
            state.links[entry.components] = target
        } else if entry.size < 1024, TreeRules.isLargeFilePointer(state.start) {
            state.pointers.append(entry)
        }
    }

    // MARK: - Places

    /// Moves to a directory of the tree and makes what is missing on the way; listings come in order, so moves are few.
    private func enter(_ components: [String], _ state: inout State) throws {
        guard components != state.parent else { return }
        let trees = try cache.open().openSubdirectory(CacheDirectory.treesName)
        state.parentDirectory = try Self.descend(components, from: trees.openSubdirectory(partialName))
        state.parent = components
    }

    private func makeLinks(_ links: [[String]: String]) throws {
        for (components, target) in links {
            guard let name = components.last else { continue }
            let trees = try cache.open().openSubdirectory(CacheDirectory.treesName)
            let parent = try Self.descend(Array(components.dropLast()), from: trees.openSubdirectory(partialName))
            try parent.makeSymbolicLink(target: target, name)
        }
    }

    static func descend(
        _ components: [String], from directory: consuming DirectoryHandle
    ) throws(LinuxIOError) -> DirectoryHandle {
        var place = directory
        for component in components {
            if try place.status(of: component) == nil { try place.makeDirectory(component, permissions: 0o755) }
            place = try place.openSubdirectory(component)
        }
        return place
    }
}
