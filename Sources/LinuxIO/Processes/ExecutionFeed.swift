internal import Synchronization

/// Feeds an `ExecCache` with every start of a program, and with the process connector where it speaks.
///
/// A process may live for less than a millisecond: threads of its own (`run`) look at it the moment that it opens its
/// program. Whoever attributes an event calls `catchUp` first: what the process did before the event is then known.
public final class ExecutionFeed: Sendable {
    /// What is known of the processes that start.
    public let cache: ExecCache
    /// Why the process connector does not speak; nil if it does.
    public let refusal: LinuxIOError?
    private let group: Fanotify
    private let connector: ProcessConnector?
    /// The processors of the threads that run; none where one thread runs, on any.
    private let processors: [Int]
    private let wake: EventDescriptor
    private let isStopped = Mutex(false)
    /// Held while events go from the kernel into the cache, so that nobody overtakes them; when processes were looked
    /// over last.
    private let taking = Mutex<Duration?>(nil)

    /// The connector is not listened to for so long after events were taken: a busy machine has thousands in a second,
    /// and each that wakes the thread costs more than it says.
    private static let rest = Duration.milliseconds(20)
    /// After a loss, processes are looked over anew no more often than that.
    private static let scanInterval = Duration.seconds(10)
    /// Events are taken so many times in a row, for whoever waits.
    private static let batchesMaximum = 1_024

    /// On more processors than these, one thread runs: each program that starts wakes all of them.
    private static let processorsMaximum = 8

    /// Opens the sources; throws where fanotify is refused.
    public convenience init() throws(LinuxIOError) {
        try self.init { () throws(LinuxIOError) in try ProcessConnector() }
    }

    init(connecting: () throws(LinuxIOError) -> ProcessConnector) throws(LinuxIOError) {
        cache = ExecCache()
        wake = try EventDescriptor()
        group = try Fanotify(.executions)
        do throws(LinuxIOError) {
            connector = try connecting()
            refusal = nil
        } catch {
            connector = nil
            refusal = error
        }
        let allowed = connector == nil ? allowedProcessors() : []
        processors = (2...Self.processorsMaximum).contains(allowed.count) ? allowed : []
    }

    /// How many threads are to `run`, each with a number of its own from 0.
    ///
    /// With the connector, it is known who a process was when it has ended, and one suffices. Without it a process must
    /// be looked at while it lives: a thread of its own processor takes its place at once, and one of a processor that
    /// rests is woken two milliseconds later where that is a virtual one.
    public var threadCount: Int { max(processors.count, 1) }

    /// Watches the programs of these file systems too.
    public func mark(_ mounts: [MountInformation]) { _ = group.markExecutions(onAll: mounts) }

    /// Takes in the processes that run already.
    public func begin() throws(LinuxIOError) {
        do {
            try taking.withLock { try scan(&$0) }
        } catch let error as LinuxIOError {
            throw error
        } catch {
            throw LinuxIOError(code: .inputOutput, call: "scan", path: "/proc", detail: "\(error)")
        }
    }

    /// Takes in events until `stop`, on a thread that has nothing else to do.
    public func run(_ number: Int = 0) throws(LinuxIOError) {
        // The process that is to be looked at must not end while this thread waits for its turn.
        becomeUrgent()
        if number < processors.count { stay(on: processors[number]) }
        var nextLook: Duration?
        var rested: Duration?
        while !isStopped.withLock({ $0 }) {
            var poll = Poll()
            poll.add(wake.rawValue)
            let program = poll.add(group.rawValue)
            let resting = rested.map { $0 - monotonicNow() }.flatMap { $0 > .zero ? $0 : nil }
            let account = resting == nil ? connector.map { poll.add($0.rawValue) } : nil
            let look = nextLook.map { max($0 - monotonicNow(), .zero) }
            try poll.wait(timeout: [look, resting].compactMap { $0 }.min())
            let isAccountDue = account.map { !poll.ready($0).isEmpty } ?? false
            if isAccountDue || !poll.ready(program).isEmpty {
                catchUp()
                rested = monotonicNow() + Self.rest
            }
            nextLook = cache.settle().map { monotonicNow() + $0 }
        }
    }

    /// Ends `run` on all threads; from any thread.
    public func stop() {
        isStopped.withLock { $0 = true }
        // Never drained, for each of them is to see it.
        wake.signal()
    }

    /// Takes in everything that happened before the call.
    public func catchUp() {
        taking.withLock { scanned in
            takeAll()
            guard connector != nil, !cache.isLedgerActive else { return }
            if let last = scanned, monotonicNow() - last < Self.scanInterval { return }
            // Without it, what is known of the processes that live suffices.
            try? scan(&scanned)
            takeAll()
        }
    }

    private func takeAll() {
        var batches = 0
        while batches < Self.batchesMaximum, take() { batches += 1 }
    }

    private func scan(_ scanned: inout Duration?) throws(LinuxIOError) {
        scanned = monotonicNow()
        if connector == nil { try cache.recordRunning() } else { try cache.beginLedger() }
    }

    /// Takes in a batch of each source and says whether there may be more.
    ///
    /// Processes are read of at once, as they may end; then comes what the connector says, by which a number belongs to
    /// the process that opened the program and not to the one before; then the programs.
    private func take() -> Bool {
        let events: [FanotifyEvent]
        do throws(LinuxIOError) {
            events = try group.read()
        } catch {
            // A program that cannot be looked at: who opened it may run anything now.
            cache.forget()
            return true
        }
        var openings: [ExecCache.Opening] = []
        for event in events { if let opening = cache.look(at: event, after: openings) { openings.append(opening) } }
        if let connector { cache.note(connector.read()) }
        for opening in openings { cache.record(opening) }
        if events.contains(where: { $0.kinds.contains(.overflow) }) { cache.forget() }
        return !events.isEmpty
    }
}
