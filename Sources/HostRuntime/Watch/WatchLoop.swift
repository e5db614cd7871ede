import Glibc
import LinuxIO
import Model

/// The watcher's thread: waits for the kernel, turns events into hints, and keeps the marks as the tree changes.
///
/// Bursts: the first event of a path is told at once. A write that is not closed yet is told a moment later, unless
/// its close comes first, so that a repair does not come between the bytes of one writer.
struct WatchLoop {
    private let root: RootDirectory
    private let wallTime: @Sendable () -> WallTime
    private let handler: @Sendable (WatchHint) -> Void
    private let feed: ExecutionFeed?
    private let executions: ExecCache
    /// Whether all that happened before the changes at hand is taken in.
    private var isCaughtUp = false
    private var marks: WatchMarks
    private var index = WatchIndex([])
    private var units: Set<String> = []
    private var openWrites: [ResourceID: (actor: DriftActor, time: WallTime, due: Duration)] = [:]
    private let ownPID: Int32
    private var mounts: [MountInformation] = []
    private let openWriteDelay = Duration.milliseconds(100)
    private let openWritesMaximum = 4_096

    init(
        root: RootDirectory, feed: ExecutionFeed?, wallTime: @escaping @Sendable () -> WallTime,
        handler: @escaping @Sendable (WatchHint) -> Void
    ) throws(LinuxIOError) {
        self.root = root
        self.feed = feed
        self.wallTime = wallTime
        self.handler = handler
        ownPID = getpid()
        executions = feed?.cache ?? ExecCache()
        marks = try WatchMarks(root: root)
    }

    /// Runs until asked to stop.
    mutating func run(wake: EventDescriptor, take: () -> HostWatcher.Requests) throws {
        // A process that touches a file may live for a millisecond: the thread that looks at it must not wait for its
        // turn.
        becomeUrgent()
        let mountTable = try MountInformation.openTable()
        mounts = try MountInformation.current()
        while true {
            var poll = Poll()
            poll.add(wake.rawValue)
            poll.add(mountTable.rawValue, for: .exceptional)
            for descriptor in marks.descriptors { poll.add(descriptor) }
            try poll.wait(timeout: timeout)
            var requests = HostWatcher.Requests()
            if poll.ready(0).contains(.readable) {
                wake.drain()
                requests = take()
                if requests.isStopped { return requests.asked.forEach { $0.told.finish() } }
                answer(requests)
            }
            if !poll.ready(1).isEmpty { try followMounts() }
            try readChanges()
            tellOpenWrites()
            for (resources, told) in requests.asked {
                tellOpenWrites(of: resources)
                told.finish()
            }
        }
    }

    private var timeout: Duration? {
        openWrites.values.map(\.due).min().map { max($0 - monotonicNow(), .zero) }
    }

    private mutating func answer(_ requests: HostWatcher.Requests) {
        if let declared = requests.declared {
            index = WatchIndex(declared)
            units = Set(declared.filter { $0.id.type == .unit }.map(\.id.identity))
            marks.replace(index.directories, recursive: index.recursive, isPassage: index.isPassage)
            handler(.everything("the declarations changed"))
        }
        let time = wallTime()
        if !requests.units.isEmpty || requests.areAllUnitsSuspect { feed?.catchUp() }
        for (unit, boot) in requests.units.sorted(by: { $0.key < $1.key }) where units.contains(unit) {
            let actor = UnitCaller.actor(of: unit, noticedAt: boot, cache: executions)
            handler(.resources([ResourceID(type: .unit, identity: unit)], actor: actor, time: time))
        }
        if requests.areAllUnitsSuspect {
            let all = units.sorted().map { ResourceID(type: .unit, identity: $0) }
            let actor = DriftActor(unknown: "systemd announced that unit files changed, not which or by whom")
            if !all.isEmpty { tellUnits(all, fallback: actor, time: time) }
        }
    }

    /// Unit files changed: each unit's caller is looked for on its own.
    private func tellUnits(_ all: [ResourceID], fallback: DriftActor, time: WallTime) {
        let (seconds, attoseconds) = bootTimeNow().components
        let boot = Double(seconds) + Double(attoseconds) / 1e18
        for id in all {
            let actor = UnitCaller.actor(of: id.identity, noticedAt: boot, cache: executions)
            handler(.resources([id], actor: actor.unknown == nil ? actor : fallback, time: time))
        }
    }

    private mutating func readChanges() throws {
        while true {
            let changes = try marks.read()
            if changes.isEmpty { return }
            isCaughtUp = false
            for change in changes {
                guard !change.kinds.contains(.overflow) else {
                    handler(.everything("the kernel's queue of events overflowed"))
                    continue
                }
                take(change)
            }
        }
    }

    private mutating func take(_ change: WatchedChange) {
        if change.pid == ownPID { return follow(change) }
        if let name = change.name, TemporaryName.matches(name) { return }
        var touched: [ResourceID] = []
        for directory in change.directories {
            touched += index.resources(touched: change.name, in: directory, isStructural: change.isStructural)
        }
        follow(change)
        guard !touched.isEmpty else { return }
        let actor = writer(of: touched, change) ?? actor(of: change)
        let time = wallTime()
        let isOpenWrite = change.kinds.isSubset(of: [.modified, .isDirectory]) && change.kinds.contains(.modified)
        if isOpenWrite, openWrites.count < openWritesMaximum {
            let due = monotonicNow() + openWriteDelay
            for id in touched where openWrites[id] == nil { openWrites[id] = (actor, time, due) }
            return
        }
        for id in touched { openWrites[id] = nil }
        handler(.resources(touched, actor: actor, time: time))
    }

    /// Who made a change; the programs that were started before it are known by then.
    private mutating func actor(of change: WatchedChange) -> DriftActor {
        if !isCaughtUp {
            isCaughtUp = true
            feed?.catchUp()
        }
        return change.actor(executions)
    }

    /// The process that is writing these files already, if this change is its too: it need not be looked at again, and
    /// may be about to end.
    private func writer(of touched: [ResourceID], _ change: WatchedChange) -> DriftActor? {
        guard let first = touched.first, let known = openWrites[first]?.actor, known.pid == change.pid else {
            return nil
        }
        return touched.allSatisfy { openWrites[$0]?.actor == known } ? known : nil
    }

    /// Marks what appeared on the way to managed paths.
    private mutating func follow(_ change: WatchedChange) {
        guard change.isStructural, let name = change.name else { return }
        for directory in change.directories where index.leadsFurther(name, in: directory) {
            let path = WatchIndex.join(directory, name)
            marks.refresh(
                index.directories(below: path), recursive: index.recursive, under: path, isPassage: index.isPassage)
        }
    }

    private mutating func tellOpenWrites() {
        let now = monotonicNow()
        for (id, write) in openWrites.filter({ $0.value.due <= now }).sorted(by: { $0.key < $1.key }) {
            openWrites[id] = nil
            handler(.resources([id], actor: write.actor, time: write.time))
        }
    }

    /// Tells of writes that are not closed yet, which are told again when they are.
    private func tellOpenWrites(of resources: [ResourceID]) {
        for id in resources {
            if let write = openWrites[id] { handler(.resources([id], actor: write.actor, time: write.time)) }
        }
    }

    /// Mounts over or below managed paths change what stands there.
    private mutating func followMounts() throws {
        let now = try MountInformation.current()
        let before = Set(mounts.map { "\($0.id) \($0.mountPoint)" })
        let after = Set(now.map { "\($0.id) \($0.mountPoint)" })
        let changed = before.symmetricDifference(after).map { String($0.drop { $0 != " " }.dropFirst()) }
        mounts = now
        feed?.mark(now)
        let concerned = changed.contains { point in
            index.directories.contains { $0.isPath(atOrBelow: point) }
                || !index.below(point).isEmpty
        }
        guard concerned else { return }
        marks.replace(index.directories, recursive: index.recursive, isPassage: index.isPassage)
        handler(.everything("a file system was mounted or unmounted over managed paths"))
    }
}
