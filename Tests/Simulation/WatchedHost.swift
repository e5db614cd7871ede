package import HostRuntime
package import LinuxIO
package import Model
package import Store
import Synchronization

/// The simulated host as the daemon has it: every call passes by the world, which lets events strike and looks at what
/// is done.
package struct WatchedHost: HostReading {
    let world: World

    var base: SimulatedHost { world.host }

    package var canChangeOwner: Bool { base.canChangeOwner }
    package var hasUnits: Bool { base.hasUnits }

    package func status(of path: String) throws(HostError) -> FileStatus? {
        try world.before(.status, path)
        if world.bug == .eventAsTruth, let believed = world.books.withLock({ $0.believed[path] }) { return believed }
        let status = try base.status(of: path)
        if world.bug == .eventAsTruth { world.books.withLock { $0.believed[path] = .some(status) } }
        return status
    }

    package func forEachStatus(
        of table: PathTable, in rows: Range<Int>, _ body: (Int, Result<FileStatus?, HostError>) -> Void
    ) {
        table.forEachPath(in: rows) { index, path in
            body(index, path.flatMap { path in Result { () throws(HostError) in try status(of: path) } })
        }
    }

    package func entries(of path: String, limit: Int) throws(HostError) -> [String] {
        try world.before(.list, path)
        return try base.entries(of: path, limit: limit)
    }

    package func walk(
        _ path: String, limit: Int, _ body: (_ path: String, _ status: FileStatus) throws(HostError) -> Void
    ) throws(HostError) {
        try world.before(.walk, path)
        try base.walk(path, limit: limit, body)
    }

    package func linkTarget(of path: String) throws(HostError) -> String {
        try world.before(.readLink, path)
        return try base.linkTarget(of: path)
    }

    package func digest(of path: String) throws(HostError) -> (ContentDigest, FileIdentity) {
        try world.before(.readFile, path)
        return try base.digest(of: path)
    }

    package func read(
        _ path: String, _ chunk: ([UInt8]) throws(HostError) -> Void
    ) throws(HostError) -> FileIdentity {
        try world.before(.readFile, path)
        return try base.read(path, chunk)
    }

    package func specialNode(at path: String) throws(HostError) -> SpecialNode {
        try world.before(.attributes, path)
        return try base.specialNode(at: path)
    }

    package func extendedAttributes(of path: String) throws(HostError) -> [ExtendedAttribute] {
        try world.before(.attributes, path)
        return try base.extendedAttributes(of: path)
    }

    package func isForeignLink(_ path: String) throws(HostError) -> Bool {
        try world.before(.attributes, path)
        return try base.isForeignLink(path)
    }

    package func isMountPoint(_ path: String, _ status: FileStatus) throws(HostError) -> Bool {
        try world.before(.attributes, path)
        return try base.isMountPoint(path, status)
    }

    package func userID(_ name: String) throws(HostError) -> UInt32? {
        try world.before(.account, name)
        return try base.userID(name)
    }

    package func groupID(_ name: String) throws(HostError) -> UInt32? {
        try world.before(.account, name)
        return try base.groupID(name)
    }

    package func userName(_ id: UInt32) -> String { base.userName(id) }
    package func groupName(_ id: UInt32) -> String { base.groupName(id) }

    package func units(_ names: [String]) throws(HostError) -> [UnitObservation] {
        try world.before(.units, names.joined(separator: ","))
        return try base.units(names)
    }

    package func lastLines(ofUnit name: String, count: Int) -> [String] { base.lastLines(ofUnit: name, count: count) }
    package func wallTime() -> WallTime { base.wallTime() }
    package func bootTime() -> Int64 { base.bootTime() }
}
