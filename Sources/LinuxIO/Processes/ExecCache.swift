internal import CLinux
internal import Synchronization

/// Who caused an event, as far as it can be proven.
public enum ProcessAttribution: Sendable {
    /// This process did it. `images` are the last programs that it executed, oldest first, as far as they were seen.
    case process(ProcessInformation, images: [String])
    /// It cannot be said who did it.
    case unknown(Reason)

    /// Why it cannot be said.
    public enum Reason: String, Sendable {
        /// The event names no process: the kernel itself, or one in a namespace that is not seen from here.
        case noProcess
        /// The process had ended before it could be looked at, and its start was not seen.
        case ended
        /// Its number may have gone to another process meanwhile.
        case numberReused
        /// The process had ended, and it was not seen whether it had started the program that it opened last.
        case undecided
    }
}

/// The processes that started programs lately, so that an event can be attributed after its process has ended.
///
/// It is fed with the events of a `Fanotify` group of executions. It holds a fixed number of processes and forgets
/// those whose start is longest ago, and of a command line it keeps 1 KiB. Numbers that may have been given away again
/// since are never taken for the process they once were.
public final class ExecCache: Sendable {
    private let state: Mutex<ExecCacheState>
    /// Reads about a process that is present once it was found.
    package typealias Reader = @Sendable (_ pid: Int32, _ isPresent: () -> Bool) -> ProcessInformation?

    private let reader: Reader
    private let ancestors: @Sendable (ProcessInformation) -> [ProcessAncestor]
    private let forkCounter: @Sendable () -> UInt64?
    private let now: @Sendable () -> Duration

    /// Makes a cache of this host's processes.
    public convenience init(capacity: Int = 2_048) {
        let numberMaximum = (try? readFile("/proc/sys/kernel/pid_max", limit: 64)).flatMap(Self.firstNumber) ?? 32_768
        self.init(
            capacity: capacity, numberMaximum: numberMaximum,
            reader: { ProcessInformation.read(pid: $0, isPresent: $1) },
            forkCounter: { ForkCounter.current() })
    }

    package init(
        capacity: Int, numberMaximum: UInt64, reader: @escaping Reader,
        ancestors: @escaping @Sendable (ProcessInformation) -> [ProcessAncestor] = ProcessInformation.ancestors(of:),
        forkCounter: @escaping @Sendable () -> UInt64?, now: @escaping @Sendable () -> Duration = monotonicNow
    ) {
        self.reader = reader
        self.ancestors = ancestors
        self.forkCounter = forkCounter
        self.now = now
        state = Mutex(ExecCacheState(capacity: capacity, numberMaximum: numberMaximum))
    }

    /// A program that was opened to be run, and what could be read at once of the process that opened it.
    struct Opening: Sendable {
        var pid: Int32
        var image: String
        var isScript = false
        var changesUser = false
        var information: ProcessInformation?
        /// The times, in nanoseconds of the monotonic clock, between which it was read.
        var from: UInt64 = 0
        var to: UInt64 = 0
    }

    /// Takes in one execution.
    ///
    /// The program has been opened and may not run yet: `settle` looks again.
    public func record(_ event: FanotifyEvent) {
        if let opening = look(at: event, after: []) { record(opening) }
    }

    /// Reads about the process that an event names, as long as it is there; of one that opens its loader, after what
    /// was opened just before, it is read already.
    func look(at event: FanotifyEvent, after earlier: [Opening]) -> Opening? {
        guard event.pid > 0, event.kinds.contains(.openedForExecution), let file = event.file,
            let image = file.path
        else { return nil }
        if ExecCacheState.isLoader(image) {
            let isRead = earlier.contains { $0.pid == event.pid && $0.information != nil }
            if isRead || state.withLock({ $0.awaitsLoader(event.pid) }) { return Opening(pid: event.pid, image: image) }
        }
        let from = nanoseconds(now())
        var information: ProcessInformation?
        if case .exited = event.process {
        } else {
            information = reader(event.pid) { event.process.isPresent }
        }
        let to = nanoseconds(now())
        return Opening(
            pid: event.pid, image: image, isScript: file.isScript, changesUser: file.changesUser,
            information: information, from: from, to: to)
    }

    package func record(pid: Int32, image: String, isPresent: () -> Bool) {
        let from = nanoseconds(now())
        let information = reader(pid, isPresent)
        record(Opening(pid: pid, image: image, information: information, from: from, to: nanoseconds(now())))
    }

    func record(_ opening: Opening) {
        let isLoader = state.withLock { state in
            state.ledger.noteOpening(
                opening.image, isScript: opening.isScript, by: opening.pid, opening.information, from: opening.from,
                to: opening.to)
            // A program opens its loader after itself. Where the program was not seen, the loader would be a wrong name
            // for it.
            return ExecCacheState.isLoader(opening.image)
                && (!state.isKnown(opening.pid)
                    || state.takeLoader(opening.image, of: opening.pid, running: opening.information?.executable))
        }
        if isLoader { return }
        guard let information = opening.information else {
            state.withLock { $0.recordUnread(opening.pid, image: opening.image) }
            return
        }
        keep(information, image: opening.image, changesUser: opening.changesUser)
    }

    private func keep(_ information: ProcessInformation, image: String, changesUser: Bool = false) {
        let now = now()
        let isSampleDue = state.withLock { $0.isForkSampleDue(at: now) }
        let forks = isSampleDue ? forkCounter() : nil
        state.withLock { state in
            if isSampleDue { state.noteForks(forks, at: now) }
            state.record(information, image: image, changesUser: changesUser, at: now)
        }
    }

    /// Takes in the processes that run already, so that they can be named after they end; newer ones are kept before
    /// them.
    public func recordRunning() throws(LinuxIOError) { _ = try running() }

    /// Takes in the processes that run, and goes by what the process connector says from now on.
    func beginLedger() throws(LinuxIOError) {
        let running = try running()
        state.withLock { $0.ledger.begin(with: running) }
    }

    /// Takes in what the process connector said.
    func note(_ batch: ProcessEventBatch) {
        if batch.events.isEmpty, !batch.isLost { return }
        state.withLock { state in
            guard !batch.isLost else { return state.ledger.lose() }
            for event in batch.events { state.ledger.note(event) }
        }
    }

    /// Whether what the process connector says is complete.
    var isLedgerActive: Bool { state.withLock { $0.ledger.isActive } }

    /// Forgets all, since executions were lost: a process may run another program than the last that is known.
    func forget() { state.withLock { $0.forget() } }

    private func running() throws(LinuxIOError) -> [(information: ProcessInformation, from: UInt64, to: UInt64)] {
        var running: [(information: ProcessInformation, from: UInt64, to: UInt64)] = []
        try DirectoryHandle(trustedPath: "/proc").forEachEntry { entry in
            guard let pid = Int32(entry.name) else { return true }
            let from = nanoseconds(now())
            guard let information = reader(pid, { true }) else { return true }
            running.append((information, from, nanoseconds(now())))
            if let image = information.executable { keep(information, image: image) }
            return true
        }
        return running
    }

    private func nanoseconds(_ time: Duration) -> UInt64 {
        let (seconds, attoseconds) = time.components
        return UInt64(max(seconds, 0)) * 1_000_000_000 + UInt64(max(attoseconds, 0) / 1_000_000_000)
    }

    /// Looks again at processes whose program had not started when they were recorded, and returns how long until
    /// some are to be looked at once more; nil when all have started, or took too long.
    public func settle() -> Duration? {
        let now = now()
        for pid in state.withLock({ $0.takeUnsettled(at: now) }) {
            let information = reader(pid) { true }
            state.withLock { $0.settle(pid: pid, information, at: now) }
        }
        return state.withLock { $0.nextLook }.map { max($0 - now, .zero) }
    }

    /// All that is remembered, newest first.
    func remembered() -> [ProcessInformation] { state.withLock { $0.remembered() } }

    /// Says who caused an event.
    public func attribute(_ event: FanotifyEvent) -> ProcessAttribution {
        attribute(pid: event.pid, process: event.process)
    }

    /// Says which process had this number when it was seen as `process` says.
    public func attribute(pid: Int32, process: ProcessReference) -> ProcessAttribution {
        guard pid > 0 else { return .unknown(.noProcess) }
        var live: ProcessInformation?
        if case .exited = process {
        } else {
            live = reader(pid) { process.isPresent }
        }
        let forks = live == nil ? forkCounter() : nil
        let found = state.withLock { $0.attribute(pid: pid, live: live, forks: forks) }
        guard case .process(var information, let images) = found else { return found }
        // Parents mostly outlive their children; of one that has gone nothing is told.
        information.ancestors = ancestors(information)
        return .process(information, images: images)
    }

    private static func firstNumber(_ bytes: [UInt8]) -> UInt64? {
        UInt64(String(decoding: bytes.prefix { $0 != 0x0a }, as: UTF8.self))
    }
}

extension ProcessReference {
    /// Whether the process still has its number, as far as can be told.
    var isPresent: Bool {
        switch self {
        case .descriptor(let descriptor): descriptor.isProcessPresent
        case .exited: false
        case .unknown: true
        }
    }
}

/// How many processes and threads the kernel has started since boot.
enum ForkCounter {
    static func current() -> UInt64? {
        // The line comes after the long one of interrupts, which grows with the processors.
        guard let bytes = try? readFile("/proc/stat", limit: 4 << 20) else { return nil }
        return parse(String(decoding: bytes, as: UTF8.self))
    }

    static func parse(_ text: String) -> UInt64? {
        for line in text.split(separator: "\n") where line.hasPrefix("processes ") {
            return UInt64(line.dropFirst("processes ".count))
        }
        return nil
    }
}
