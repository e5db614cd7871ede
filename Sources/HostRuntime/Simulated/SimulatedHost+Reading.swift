public import LinuxIO
public import Model
public import Store
internal import Synchronization

extension SimulatedHost {
    /// What is at a path.
    public func status(of path: String) throws(HostError) -> FileStatus? {
        try call { (state) throws(HostError) in
            try state.check(path, reading: true)
            return try state.disk.find(path).map { state.disk[$0].status($0) }
        }
    }

    /// The statuses of rows of a table, in order.
    public func forEachStatus(
        of table: PathTable, in rows: Range<Int>, _ body: (Int, Result<FileStatus?, HostError>) -> Void
    ) {
        table.forEachPath(in: rows) { index, path in
            body(index, path.flatMap { path in Result { () throws(HostError) in try status(of: path) } })
        }
    }

    /// The names in a directory, sorted.
    public func entries(of path: String, limit: Int) throws(HostError) -> [String] {
        try call { (state) throws(HostError) in
            try state.check(path, reading: true)
            let names = state.disk[try state.disk.directory(path)].entries.keys.sorted()
            guard names.count <= limit else {
                throw HostError(.tooLarge, "cannot list '\(path)': it has more than \(limit) entries")
            }
            return names
        }
    }

    /// Every name below a directory, parents first.
    public func walk(
        _ path: String, limit: Int, _ body: (_ path: String, _ status: FileStatus) throws(HostError) -> Void
    ) throws(HostError) {
        let found = try call { (state) throws(HostError) in
            let root = try state.disk.directory(path)
            var found: [(String, FileStatus)] = []
            var waiting = [(path == "/" ? "" : path, root)]
            while let (directory, number) = waiting.popLast() {
                var below: [(String, Int)] = []
                for (name, child) in state.disk[number].entries.sorted(by: { $0.key < $1.key }) {
                    let inode = state.disk[child]
                    guard inode.device == state.disk[root].device else { continue }
                    found.append((directory + "/" + name, inode.status(child)))
                    guard found.count <= limit else {
                        throw HostError(.tooLarge, "cannot walk '\(path)': more than \(limit) names lie below it")
                    }
                    if inode.type == .directory { below.append((directory + "/" + name, child)) }
                }
                waiting += below.reversed()
            }
            return found
        }
        for (path, status) in found { try body(path, status) }
    }

    /// What a symbolic link holds.
    public func linkTarget(of path: String) throws(HostError) -> String {
        try call { (state) throws(HostError) in
            try state.check(path, reading: true)
            guard let number = try state.disk.find(path) else { throw SimulatedDisk.missing(path) }
            guard case .symlink(let target) = state.disk[number].content else {
                throw HostError(.wrongType, "cannot read the link '\(path)': it is \(state.disk[number].type.article)")
            }
            return target
        }
    }

    /// The digest and identity of a regular file.
    public func digest(of path: String) throws(HostError) -> (ContentDigest, FileIdentity) {
        let (bytes, identity) = try content(of: path)
        return (ContentDigest(hashing: bytes), identity)
    }

    /// The bytes of a regular file in chunks.
    public func read(
        _ path: String, _ chunk: ([UInt8]) throws(HostError) -> Void
    ) throws(HostError) -> FileIdentity {
        let (bytes, identity) = try content(of: path)
        var start = 0
        while start < bytes.count {
            let end = min(start + 1 << 20, bytes.count)
            try chunk(Array(bytes[start..<end]))
            start = end
        }
        return identity
    }

    /// False: a simulated file has one name.
    public func isForeignLink(_ path: String) throws(HostError) -> Bool { false }

    /// False: a simulated mount is refused when what holds it is removed.
    public func isMountPoint(_ path: String, _ status: FileStatus) throws(HostError) -> Bool { false }

    /// What it takes to make a special file again.
    public func specialNode(at path: String) throws(HostError) -> SpecialNode {
        try call { (state) throws(HostError) in
            guard let number = try state.disk.find(path) else { throw SimulatedDisk.missing(path) }
            guard case .special(let type, let device) = state.disk[number].content else {
                throw HostError(.wrongType, "cannot describe '\(path)': it is \(state.disk[number].type.article)")
            }
            return SpecialNode(type, permissions: state.disk[number].permissions, device: device)
        }
    }

    /// The extended attributes, sorted by name.
    public func extendedAttributes(of path: String) throws(HostError) -> [ExtendedAttribute] {
        try call { (state) throws(HostError) in
            try state.check(path, reading: true)
            guard let number = try state.disk.find(path) else { throw SimulatedDisk.missing(path) }
            return state.disk[number].attributes.sorted { $0.key < $1.key }.map {
                ExtendedAttribute(name: $0.key, value: $0.value)
            }
        }
    }

    /// The number of a user.
    public func userID(_ name: String) throws(HostError) -> UInt32? {
        try call { (state) throws(HostError) in state.users[name] ?? UInt32(name) }
    }

    /// The number of a group.
    public func groupID(_ name: String) throws(HostError) -> UInt32? {
        try call { (state) throws(HostError) in state.groups[name] ?? UInt32(name) }
    }

    /// The name of a user.
    public func userName(_ id: UInt32) -> String {
        state.withLock { state in state.users.filter { $0.value == id }.keys.min() ?? String(id) }
    }

    /// The name of a group.
    public func groupName(_ id: UInt32) -> String {
        state.withLock { state in state.groups.filter { $0.value == id }.keys.min() ?? String(id) }
    }

    /// The wall clock.
    public func wallTime() -> WallTime { WallTime(nanoseconds: state.withLock { $0.wallTime }) }

    /// Nanoseconds since boot.
    public func bootTime() -> Int64 { state.withLock { $0.bootTime } }

    private func content(of path: String) throws(HostError) -> ([UInt8], FileIdentity) {
        try call { (state) throws(HostError) in
            try state.check(path, reading: true)
            guard let number = try state.disk.find(path) else { throw SimulatedDisk.missing(path) }
            guard case .regular(let bytes) = state.disk[number].content else {
                throw HostError(.wrongType, "cannot read '\(path)': it is \(state.disk[number].type.article)")
            }
            return (bytes, FileIdentity(state.disk[number].status(number)))
        }
    }
}
