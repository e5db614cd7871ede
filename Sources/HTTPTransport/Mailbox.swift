internal import CCurl
internal import Glibc
internal import Synchronization

/// What callers ask of the transport's thread, with the event that wakes it.
///
/// Transfers that the thread has not taken yet are bounded by `startMaximum`; the other commands by the transfers
/// that they speak of.
final class Mailbox: Sendable {
    /// One thing to do.
    enum Command: Sendable {
        case start(Order)
        case cancel(TransferID)
        case resume(TransferID)
    }

    /// Everything asked since the last time.
    struct Batch: Sendable {
        var commands: [Command] = []
        var isStopping = false
    }

    /// What became of a transfer that was handed in.
    enum Receipt {
        case taken, full, closed
    }

    private struct State {
        var batch = Batch()
        var starts = 0
        var isSignalled = false
        var isEnded = false
        var lastWaiters: [CheckedContinuation<Void, Never>] = []

        /// Adds a command and says whether the thread must be woken for it.
        mutating func append(_ command: Command) -> Bool {
            batch.commands.append(command)
            defer { isSignalled = true }
            return !isSignalled
        }
    }

    let startMaximum: Int
    let wakeDescriptor: Int32
    private let state = Mutex(State())

    init(startMaximum: Int) throws(TransportError) {
        let descriptor = ccurl_open_event()
        guard descriptor >= 0 else {
            throw TransportError(.resources, "cannot start the HTTP transport: eventfd failed with errno \(errno)")
        }
        self.startMaximum = startMaximum
        wakeDescriptor = descriptor
    }

    deinit {
        close(wakeDescriptor)
    }

    func start(_ order: Order) -> Receipt {
        let (receipt, wakes) = state.withLock { state -> (Receipt, Bool) in
            guard !state.batch.isStopping, !state.isEnded else { return (.closed, false) }
            guard state.starts < startMaximum else { return (.full, false) }
            state.starts += 1
            return (.taken, state.append(.start(order)))
        }
        if wakes { signal() }
        return receipt
    }

    /// Hands in a command about a transfer; after the thread has ended it has no effect.
    func send(_ command: Command) {
        let wakes = state.withLock { $0.isEnded ? false : $0.append(command) }
        if wakes { signal() }
    }

    func stop() {
        state.withLock { $0.batch.isStopping = true }
        signal()
    }

    /// Waits until the thread has answered every transfer.
    func waitForEnd() async {
        await withCheckedContinuation { waiter in
            let isEnded = state.withLock { state in
                if !state.isEnded { state.lastWaiters.append(waiter) }
                return state.isEnded
            }
            if isEnded { waiter.resume() }
        }
    }

    /// Takes everything asked so far; called by the thread only.
    func take() -> Batch {
        drain()
        return state.withLock { state in
            defer {
                state.batch.commands = []
                state.starts = 0
                state.isSignalled = false
            }
            return state.batch
        }
    }

    /// Refuses everything from now on and gives back what was asked last; called once, by the thread, or
    /// where there is none.
    func end() -> Batch {
        let (batch, waiters) = state.withLock { state in
            defer {
                state.batch.commands = []
                state.lastWaiters = []
                state.isEnded = true
            }
            return (state.batch, state.lastWaiters)
        }
        for waiter in waiters { waiter.resume() }
        return batch
    }

    private func signal() {
        var count: UInt64 = 1
        while write(wakeDescriptor, &count, MemoryLayout.size(ofValue: count)) < 0, errno == EINTR {}
    }

    private func drain() {
        var count: UInt64 = 0
        while read(wakeDescriptor, &count, MemoryLayout.size(ofValue: count)) < 0, errno == EINTR {}
    }
}
