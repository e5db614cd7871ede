/// Who every process is, kept from what the process connector says, and who those were that have ended: pure.
///
/// What follows from the events alone is sure, since the kernel tells them in order. What does not is left out: a
/// process of which something was missed has no user or no program here, never a wrong one.
struct ProcessLedger {
    /// What is said of a process.
    struct Sight: Equatable {
        var parentPID: Int32?
        /// When it started, by the monotonic clock in nanoseconds; 0 if it was there before.
        var born: UInt64
        var user: UInt32?
        var executable: String?
        /// Whether the number went from one process to another within moments: an event may be about either.
        var isReused: Bool
    }

    private struct Process {
        /// Tells it from others that had its number.
        var birth: UInt64
        var born: UInt64 = 0
        var end: UInt64?
        var isReused = false
        var parent: Link?
        /// The effective user of its first thread, and from when on: read no earlier than `readFrom`, and so known at
        /// `knownFrom`.
        var user: UInt32?
        var isUserInherited = false
        var readFrom: UInt64 = 0
        var knownFrom: UInt64 = 0
        /// The user that another thread took last.
        var userOfThread: UInt32?
        /// What it was seen to run, before the programs that are counted here.
        var seen: String?
        var seenAt: UInt64 = 0
        /// How often it began to run another program, and how many it opened for that.
        var executions: UInt32 = 0
        var openings: UInt32 = 0
        var opened: String?
        var awaitsInterpreter = false
        var awaitsLoader = false
        /// The file that was opened last, a loader too.
        var openedLast: String?

        /// The user, unless threads differ.
        var agreedUser: UInt32? { userOfThread == nil || userOfThread == user ? user : nil }
    }

    /// A process from which another came, when it ran its so-and-so-manieth program.
    private struct Link {
        var pid: Int32
        var birth: UInt64
        var executions: UInt32
    }

    static let processesMaximum = 32_768
    static let endedMaximum = 4_096
    /// Two processes with one number within so many nanoseconds are not told apart.
    static let reuseInterval: UInt64 = 5_000_000_000
    private static let generationsMaximum = 8

    /// Whether the events since the last scan are complete.
    private(set) var isActive = false
    private var processes: [Int32: Process] = [:]
    private var births: UInt64 = 0
    private var ended: [(pid: Int32, birth: UInt64)] = []
    private var endedHead = 0

    var count: Int { processes.count }

    /// Starts anew with processes that were read of between two times, the events since before which follow.
    mutating func begin(with running: [(information: ProcessInformation, from: UInt64, to: UInt64)]) {
        clear()
        isActive = true
        for (information, from, to) in running.prefix(Self.processesMaximum) {
            births += 1
            var process = Process(birth: births)
            process.user = information.uid
            (process.readFrom, process.knownFrom) = (from, to)
            process.seen = information.executable
            process.seenAt = from
            processes[information.pid] = process
        }
        for (information, _, _) in running {
            guard let parent = processes[information.parentPID] else { continue }
            processes[information.pid]?.parent = Link(
                pid: information.parentPID, birth: parent.birth, executions: parent.executions)
        }
    }

    /// Events were lost: nothing that was known is sure any more.
    mutating func lose() {
        clear()
        isActive = false
    }

    /// Takes in what happened next.
    mutating func note(_ event: ProcessEvent) {
        guard isActive else { return }
        switch event.kind {
        case .forked(let parent): fork(event.pid, from: parent, at: event.time)
        case .executed:
            guard let process = processes[event.pid], event.time >= process.seenAt else { return }
            processes[event.pid]?.executions += 1
            // A first thread that ended leaves the process to the one that runs the program.
            processes[event.pid]?.end = nil
            processes[event.pid]?.userOfThread = nil
        case .user(let user, let isFirst):
            guard let process = processes[event.pid], event.time >= process.readFrom else { return }
            guard isFirst else {
                processes[event.pid]?.userOfThread = user
                return
            }
            processes[event.pid]?.user = user
            processes[event.pid]?.isUserInherited = false
            processes[event.pid]?.readFrom = event.time
            processes[event.pid]?.knownFrom = event.time
        case .ended:
            guard let process = processes[event.pid], process.end == nil, event.time >= process.readFrom else { return }
            processes[event.pid]?.end = event.time
            ended.append((event.pid, process.birth))
            forgetOldest()
        }
    }

    /// Takes in that a process opened a program to run it, and what was read of the process then, if anything was.
    mutating func noteOpening(
        _ image: String, isScript: Bool, by pid: Int32, _ information: ProcessInformation?, from: UInt64, to: UInt64
    ) {
        guard isActive, var process = processes[pid] else { return }
        if let information, process.user == nil || process.isUserInherited {
            process.user = information.uid
            process.isUserInherited = false
            (process.readFrom, process.knownFrom) = (from, to)
        }
        if process.openedLast == image {
            // On an overlay, the kernel tells of one opening twice.
        } else if process.awaitsLoader, ExecCacheState.isLoader(image) {
            process.awaitsLoader = false
        } else {
            if !process.awaitsInterpreter { process.openings += 1 }
            process.opened = image
            process.awaitsInterpreter = isScript
            process.awaitsLoader = true
        }
        process.openedLast = image
        processes[pid] = process
    }

    /// When the process that has this number started; nil if it is not known.
    func birth(of pid: Int32) -> UInt64? { isActive ? processes[pid]?.born : nil }

    /// What is known of the process that has this number, or had it last; nil if nothing is.
    func sight(of pid: Int32) -> Sight? {
        guard isActive, let process = processes[pid] else { return nil }
        let parent = process.parent.flatMap { link in
            processes[link.pid].flatMap { $0.birth == link.birth && $0.end == nil ? link.pid : nil }
        }
        return Sight(
            parentPID: parent, born: process.born,
            user: isUserSure(process, generations: Self.generationsMaximum) ? process.agreedUser : nil,
            executable: executable(of: process, generations: Self.generationsMaximum), isReused: process.isReused)
    }

    private mutating func fork(_ pid: Int32, from parentPID: Int32, at time: UInt64) {
        // It was read of since.
        if let known = processes[pid], known.born == 0, time < known.readFrom { return }
        births += 1
        var process = Process(birth: births, born: time)
        process.readFrom = time
        process.knownFrom = time
        process.seenAt = time
        if let last = processes[pid] {
            process.isReused = last.end.map { time < $0 &+ Self.reuseInterval } ?? true
        }
        processes[pid] = nil
        if let parent = processes[parentPID] {
            process.parent = Link(pid: parentPID, birth: parent.birth, executions: parent.executions)
            if time >= parent.knownFrom { process.user = parent.agreedUser }
            process.isUserInherited = true
        }
        guard processes.count < Self.processesMaximum else { return }
        processes[pid] = process
    }

    /// The program that a process ran last, if it can be told.
    ///
    /// Openings and executions are counted apart: where one is without the other, a program did not start, or the
    /// kernel told of two openings as one.
    private func executable(of process: Process, generations: Int) -> String? {
        if process.executions > 0 { return process.executions == process.openings ? process.opened : nil }
        if let seen = process.seen { return seen }
        guard generations > 0, let link = process.parent, let parent = processes[link.pid],
            parent.birth == link.birth, parent.executions == link.executions,
            let inherited = executable(of: parent, generations: generations - 1)
        else { return nil }
        let isSure = siblings(of: process, from: link).allSatisfy {
            $0.executions == 0 && ($0.seen == nil || $0.seen == inherited)
        }
        return isSure ? inherited : nil
    }

    /// Whether a process acts as the user that is noted, although nothing may have been seen of it since it started.
    private func isUserSure(_ process: Process, generations: Int) -> Bool {
        guard process.isUserInherited else { return true }
        guard generations > 0, let link = process.parent, let parent = processes[link.pid], parent.birth == link.birth,
            isUserSure(parent, generations: generations - 1)
        else { return false }
        return siblings(of: process, from: link).allSatisfy { $0.agreedUser == process.user }
    }

    /// The other children of the parent that a process may come from.
    ///
    /// A process may start another as a child of its own parent (`CLONE_PARENT`), who then has everything from it: what
    /// was inherited is sure only where all of them agree.
    private func siblings(of process: Process, from parent: Link) -> [Process] {
        processes.values.filter { other in
            guard let its = other.parent, its.pid == parent.pid, its.birth == parent.birth else { return false }
            return other.birth != process.birth && other.born < process.born
                && other.end.map { $0 > process.born } ?? true
        }
    }

    private mutating func clear() {
        processes = [:]
        ended = []
        endedHead = 0
    }

    private mutating func forgetOldest() {
        while ended.count - endedHead > Self.endedMaximum {
            let oldest = ended[endedHead]
            endedHead += 1
            if let process = processes[oldest.pid], process.birth == oldest.birth, process.end != nil {
                processes[oldest.pid] = nil
            }
        }
        if endedHead > Self.endedMaximum {
            ended.removeFirst(endedHead)
            endedHead = 0
        }
    }
}
