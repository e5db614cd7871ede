internal import LinuxIO
internal import Model
internal import Store

/// A tree of inodes in memory that forgets at a power cut what was never synced, as ext4 does: content that was not
/// synced is old, empty or partly there; of the names that one directory's unsynced calls changed, a first part lasts;
/// each call that changes names is whole.
struct SimulatedDisk: Sendable {
    static let rootNumber = 2
    /// Where a path leads: the directory that holds its last name, and what is under it.
    struct Place {
        var parent: Int
        var name: String
        var inode: Int?
    }

    private(set) var inodes: [Int: SimulatedInode] = [:]
    private var nextNumber = rootNumber + 1
    /// The time that changes are stamped with; the host sets it before each call.
    var time: Int64 = 0
    /// How many bytes the disk holds, if that is bounded.
    var capacity: Int64?

    init(time: Int64) {
        self.time = time
        var root = SimulatedInode(.directory([:]), owner: 0, group: 0, permissions: 0o755, device: 1, time: time)
        root.settle()
        inodes[Self.rootNumber] = root
    }

    /// Bytes in regular files.
    var usedBytes: Int64 { inodes.values.reduce(0) { $0 + Int64($1.bytes.count) } }

    subscript(number: Int) -> SimulatedInode {
        get {
            guard let inode = inodes[number] else { preconditionFailure("inode \(number) was removed") }
            return inode
        }
        set { inodes[number] = newValue }
    }

    /// Resolves a path; links among the parents are followed where only root can put them, the last component never.
    func place(of path: String) throws(HostError) -> Place {
        var pending = Array(try Self.components(of: path).reversed())
        guard !pending.isEmpty else { return Place(parent: Self.rootNumber, name: "", inode: Self.rootNumber) }
        var trail = [Self.rootNumber]
        var linkCount = 0
        while let name = pending.popLast() {
            let current = trail[trail.count - 1]
            if name == ".." {
                if trail.count > 1 { trail.removeLast() }
                continue
            }
            let found = self[current].entries[name]
            if pending.isEmpty { return Place(parent: current, name: name, inode: found) }
            guard let found else { throw Self.missing(path) }
            switch self[found].content {
            case .directory: trail.append(found)
            case .symlink(let target):
                linkCount += 1
                guard linkCount <= 40, trail.allSatisfy(isGuarded) else {
                    throw HostError(
                        .unsafePath,
                        "cannot use '\(path)': '\(name)' on the way is a symbolic link where others than root "
                            + "can put one"
                    )
                }
                if target.isAbsolutePath { trail = [Self.rootNumber] }
                pending += target.pathComponents.filter { $0 != "." }.reversed()
            case .regular, .special: throw Self.missing(path)
            }
        }
        return Place(parent: trail[trail.count - 1], name: "", inode: trail[trail.count - 1])
    }

    /// What is at a path; nil when nothing is, also when a directory on the way is missing.
    func find(_ path: String) throws(HostError) -> Int? {
        do throws(HostError) {
            return try place(of: path).inode
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// A directory by its path, through a link that stands for it as through one on the way.
    func directory(_ path: String) throws(HostError) -> Int {
        guard let number = try find(path) else { throw Self.missing(path) }
        if case .symlink = self[number].content { return try place(of: path + "/entry").parent }
        guard self[number].type == .directory else {
            throw HostError(.wrongType, "cannot use '\(path)' as a directory: it is \(self[number].type.article)")
        }
        return number
    }

    /// The path of a name in the directory that a path lies in.
    func sibling(_ name: String, of path: String) throws(HostError) -> Place {
        let place = try place(of: path)
        return Place(parent: place.parent, name: name, inode: self[place.parent].entries[name])
    }

    /// Adds an inode that has no name yet.
    mutating func add(_ inode: SimulatedInode) -> Int {
        defer { nextNumber += 1 }
        inodes[nextNumber] = inode
        return nextNumber
    }

    /// Changes names in a directory in one step that a power cut does not divide.
    mutating func change(_ directory: Int, _ names: SimulatedInode.NameChange) {
        var inode = self[directory]
        var entries = inode.entries
        for (name, number) in names { entries[name] = number }
        inode.content = .directory(entries)
        inode.pending.append(names)
        inode.modified = time
        inode.changed = time
        self[directory] = inode
    }

    /// Makes one inode durable as it is.
    mutating func sync(_ number: Int) { self[number].settle() }

    /// Makes everything durable.
    mutating func syncAll() {
        for number in inodes.keys { self[number].settle() }
    }

    /// Forgets inodes that no name leads to, now or after a power cut.
    mutating func collectGarbage() {
        var seen: Set<Int> = []
        var waiting = [Self.rootNumber]
        while let number = waiting.popLast() {
            guard seen.insert(number).inserted, let inode = inodes[number] else { continue }
            waiting += inode.entries.values
            waiting += inode.durableEntries.values
            waiting += inode.pending.flatMap { $0.compactMap(\.inode) }
        }
        inodes = inodes.filter { seen.contains($0.key) }
    }

    /// Loses what was not synced, by chance.
    mutating func cutPower(_ random: inout SimulatedRandom) {
        for number in inodes.keys.sorted() {
            var inode = self[number]
            switch inode.content {
            case .directory:
                var entries = inode.durableEntries
                for change in inode.pending.prefix(Int.random(in: 0...inode.pending.count, using: &random)) {
                    for (name, child) in change { entries[name] = child }
                }
                inode.content = .directory(entries)
            case .regular(let bytes):
                inode.content = .regular(Self.surviving(bytes, durable: inode.durable?.bytes, &random))
            case .symlink, .special: break
            }
            if let durable = inode.durable, Bool.random(using: &random) {
                inode.metadata = durable.metadata
                inode.attributes = durable.attributes
            }
            inode.settle()
            self[number] = inode
        }
        collectGarbage()
    }

    private static func surviving(
        _ bytes: [UInt8], durable: [UInt8]?, _ random: inout SimulatedRandom
    ) -> [UInt8] {
        if bytes == durable { return bytes }
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return durable ?? []
        case 1: return bytes
        default: return Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
        }
    }

    private func isGuarded(_ number: Int) -> Bool {
        self[number].owner == 0 && self[number].permissions & 0o022 == 0
    }

    static func missing(_ path: String) -> HostError {
        HostError(.notFound, "cannot use '\(path)': it or a directory on the way does not exist")
    }

    static func components(of path: String) throws(HostError) -> [String] {
        guard path.utf8.first == UInt8(ascii: "/") else {
            throw HostError(.unsafePath, "cannot use '\(path)': not an absolute path")
        }
        var components: [String] = []
        for part in path.utf8.split(separator: UInt8(ascii: "/")) {
            let name = String(Substring(part))
            if name == "." { continue }
            guard FileName.isValid(name) else {
                throw HostError(.unsafePath, "cannot use '\(path)': '\(name)' may not stand in a path")
            }
            components.append(name)
        }
        return components
    }
}
