/// The contents of an `ExecCache`: no locks, no reading, decisions only.
struct ExecCacheState {
    private struct Entry {
        var information: ProcessInformation
        var images: [String]
        /// At most as many forks as there had been when it was recorded.
        var forks: UInt64?
        /// When it is looked at again; nil once it was seen to run the program that it opened last, with its arguments,
        /// or took too long.
        var look: Look?
        /// Whether it was seen to run that program.
        var isConfirmed: Bool
        /// Whether the program takes on its owner as it starts: the user that was read is then the one before.
        var changesUser = false
        /// When the process started, by the ledger.
        var born: UInt64?
        /// Whether the loader that the program asks for has not been opened yet.
        var awaitsLoader = true
        /// The loader that was opened.
        var loader: String?
        var sequence: UInt64
    }

    /// The next look at a process that does not run yet what it opened.
    private struct Look {
        var due: Duration
        var wait: Duration
        /// Whether a thread is looking.
        var isTaken = false

        static func first(after now: Duration) -> Look {
            Look(due: now + .milliseconds(1), wait: .milliseconds(1))
        }

        /// The look after this one, which comes later and later; nil when the program took too long to start.
        func next(after now: Duration) -> Look? {
            wait * 2 > ExecCacheState.waitMaximum ? nil : Look(due: now + wait * 2, wait: wait * 2)
        }
    }

    /// The last time that is waited for a program to start; with those before it a quarter of a second.
    private static let waitMaximum = Duration.milliseconds(128)
    private static let imagesMaximum = 4
    private static let commandLineMaximum = 1_024
    private static let unsettledMaximum = 256
    private static let sampleInterval = Duration.seconds(1)

    /// What the process connector says, where it speaks.
    var ledger = ProcessLedger()
    private let capacity: Int
    private let numberMaximum: UInt64
    private var entries: [Int32: Entry] = [:]
    private var order: [(pid: Int32, sequence: UInt64)] = []
    private var orderHead = 0
    private var sequence: UInt64 = 0
    private var waiting: [Int32] = []
    private var forks: UInt64?
    private var sampledAt: Duration?

    init(capacity: Int, numberMaximum: UInt64) {
        precondition(capacity > 0, "a cache holds something")
        self.capacity = capacity
        self.numberMaximum = numberMaximum
    }

    var count: Int { entries.count }
    /// When a process is to be looked at again.
    var nextLook: Duration? {
        waiting.compactMap { entries[$0]?.look.flatMap { $0.isTaken ? nil : $0.due } }.min()
    }

    func isForkSampleDue(at now: Duration) -> Bool {
        sampledAt.map { now - $0 >= Self.sampleInterval } ?? true
    }

    mutating func noteForks(_ count: UInt64?, at now: Duration) {
        forks = count
        sampledAt = now
    }

    /// Whether an execution of the process was recorded.
    func isKnown(_ pid: Int32) -> Bool { entries[pid] != nil }

    /// Whether the process was read of, and opens its loader next.
    func awaitsLoader(_ pid: Int32) -> Bool { entries[pid]?.awaitsLoader ?? false }

    /// Answers whether an opened loader is that of a program that was recorded, and not a program of its own, which the
    /// process would be seen to run.
    ///
    /// On an overlay, the kernel tells of one opening twice.
    mutating func takeLoader(_ image: String, of pid: Int32, running executable: String?) -> Bool {
        guard let entry = entries[pid] else { return false }
        guard entry.awaitsLoader else { return entry.loader == image && executable != image }
        entries[pid]?.awaitsLoader = false
        entries[pid]?.loader = image
        return true
    }

    /// Records an execution.
    ///
    /// Opening a script also opens its interpreter, and both count.
    mutating func record(
        _ information: ProcessInformation, image: String, changesUser: Bool = false, at now: Duration
    ) {
        let pid = information.pid
        var images: [String] = []
        if let known = entries[pid], known.information.startTime == information.startTime {
            images = known.images
        }
        if images.last != image { images.append(image) }
        if images.count > Self.imagesMaximum { images.removeFirst(images.count - Self.imagesMaximum) }
        sequence += 1
        var entry = Entry(
            information: Self.shortened(information), images: images, forks: forks,
            isConfirmed: information.executable == images.last, sequence: sequence)
        entry.born = ledger.birth(of: pid)
        if !entry.isConfirmed {
            entry.changesUser = changesUser
            entry.look = .first(after: now)
            // What was read is of the program before: its arguments say nothing of this one.
            entry.information.arguments = []
            entry.information.executable = images.last
            entry.information.comm = Self.name(of: images.last ?? image)
        } else if information.arguments.isEmpty {
            entry.look = .first(after: now)
        }
        entries[pid] = entry
        order.append((pid, sequence))
        if entry.look != nil, !waiting.contains(pid), waiting.count < Self.unsettledMaximum { waiting.append(pid) }
        evict()
    }

    /// Records that a process opened a program and could not be looked at: what it was before says nothing of it now.
    mutating func recordUnread(_ pid: Int32, image: String) {
        guard var entry = entries[pid], entry.images.last != image else { return }
        entry.images = (entry.images + [image]).suffix(Self.imagesMaximum)
        entry.information.executable = nil
        entry.information.arguments = []
        entry.look = nil
        entry.isConfirmed = false
        entries[pid] = entry
        waiting.removeAll { $0 == pid }
    }

    /// Forgets everything: events were lost.
    mutating func forget() {
        entries = [:]
        order = []
        orderHead = 0
        waiting = []
        ledger.lose()
    }

    /// The processes that are to be looked at again by now, each given to one caller, who settles it.
    mutating func takeUnsettled(at now: Duration) -> [Int32] {
        let due = waiting.filter { entries[$0]?.look.map { !$0.isTaken && $0.due <= now } ?? true }
        for pid in due { entries[pid]?.look?.isTaken = true }
        return due
    }

    /// What is remembered, newest first.
    func remembered() -> [ProcessInformation] {
        entries.values.sorted { $0.sequence > $1.sequence }.map(\.information)
    }

    mutating func settle(pid: Int32, _ information: ProcessInformation?, at now: Duration) {
        defer { if entries[pid]?.look == nil { waiting.removeAll { $0 == pid } } }
        // It may have opened another program meanwhile.
        guard var entry = entries[pid], let look = entry.look, look.isTaken else { return }
        entry.look = nil
        if let information, information.startTime == entry.information.startTime {
            if information.executable == entry.images.last {
                entry.information = Self.shortened(information)
                entry.isConfirmed = true
                // The kernel tells the program a moment before its arguments.
                if information.arguments.isEmpty { entry.look = look.next(after: now) }
            } else if information.executable != nil, !entry.isConfirmed {
                entry.look = look.next(after: now)
                // It may start the program still, and may never do so: neither is said of it once it has ended.
                if entry.look == nil { entry.information.executable = nil }
            }
        }
        entries[pid] = entry
    }

    /// Decides who had a number: what was read of a living process, or what was recorded of an ended one.
    func attribute(pid: Int32, live: ProcessInformation?, forks: UInt64?) -> ProcessAttribution {
        let entry = entries[pid]
        if let live {
            guard let entry, entry.information.startTime == live.startTime else {
                guard live.executable == nil else { return .process(live, images: []) }
                var information = live
                information.executable = ledger.sight(of: pid)?.executable
                return .process(information, images: [])
            }
            guard live.executable == nil else { return .process(live, images: entry.images) }
            // A process that has ended but was not waited for has lost these two, but not the name that the last
            // program gave it.
            var information = live
            let isLast = entry.isConfirmed || live.comm == entry.images.last.map(Self.name(of:))
            information.executable = isLast ? entry.images.last : ledger.sight(of: pid)?.executable
            information.arguments = entry.isConfirmed ? entry.information.arguments : []
            return .process(information, images: entry.images)
        }
        if let sight = ledger.sight(of: pid) { return attribute(pid, sight, entry) }
        guard let entry else { return .unknown(.ended) }
        // Numbers are given out in a circle: one comes again only after about as many starts as there are numbers.
        guard let then = entry.forks, let forks, forks >= then, forks - then < numberMaximum / 2 else {
            return .unknown(.numberReused)
        }
        // One that took too long to start what it opened may be that program or the one before.
        guard entry.information.executable != nil, entry.isConfirmed || !entry.changesUser else {
            return .unknown(.undecided)
        }
        return .process(entry.information, images: entry.images)
    }

    /// Says who a process was that the ledger knows, with what was read of it while it lived.
    private func attribute(_ pid: Int32, _ sight: ProcessLedger.Sight, _ entry: Entry?) -> ProcessAttribution {
        if sight.isReused { return .unknown(.numberReused) }
        guard let user = sight.user else { return .unknown(.ended) }
        let entry = entry.flatMap { $0.born == sight.born ? $0 : nil }
        let seen = entry.flatMap { $0.isConfirmed ? $0.images.last : nil }
        guard let executable = sight.executable ?? seen else { return .unknown(.undecided) }
        // The clock tick of `/proc` is a hundredth of a second.
        var information =
            entry?.information ?? ProcessInformation(pid: pid, startTime: sight.born / 10_000_000, comm: "")
        if information.executable != executable || information.comm.isEmpty {
            information.executable = executable
            information.comm = Self.name(of: executable)
            information.arguments = []
        }
        information.uid = user
        information.parentPID = sight.parentPID ?? 0
        return .process(information, images: entry?.images ?? [])
    }

    private mutating func evict() {
        while entries.count > capacity || order.count - orderHead > capacity * 4 {
            let oldest = order[orderHead]
            orderHead += 1
            if entries[oldest.pid]?.sequence == oldest.sequence {
                entries[oldest.pid] = nil
                waiting.removeAll { $0 == oldest.pid }
            }
        }
        if orderHead > capacity {
            order.removeFirst(orderHead)
            orderHead = 0
        }
    }

    /// The information with as many of the arguments as fit into 1 KiB.
    private static func shortened(_ information: ProcessInformation) -> ProcessInformation {
        var short = information
        var left = commandLineMaximum
        short.arguments = []
        for argument in information.arguments {
            let size = argument.utf8.count
            if size > left {
                short.arguments.append(String(decoding: argument.utf8.prefix(left), as: UTF8.self))
                break
            }
            short.arguments.append(argument)
            left -= size
        }
        return short
    }

    /// The name that the kernel gives a process when it executes a file: 15 bytes of the last component.
    private static func name(of image: String) -> String {
        NamedThread.shortened(String(image.lastPathComponent))
    }

    static func isLoader(_ image: String) -> Bool {
        let name = image.lastPathComponent
        return name.hasPrefix("ld-linux") || name.hasPrefix("ld-musl") || name.hasPrefix("ld.so")
            || name.hasPrefix("ld-2.")
    }
}
