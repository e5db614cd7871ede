import Glibc
import LinuxIO
import Synchronization

/// A D-Bus connection on a thread of its own.
///
/// Calls block the calling thread until the answer or the deadline, so they belong on threads made for blocking work,
/// never on the cooperative pool, and never in the event handler, which runs on the bus thread itself. At most
/// `queueLimit` calls wait to be sent; further ones fail with `overloaded`. 64 are under way at a time. A connection
/// that is gone stays gone: make another.
public final class Bus: Sendable {
    private let loop: BusLoop
    private let thread: WorkerThread

    /// Where the connection goes.
    public let address: BusAddress

    /// Connects and starts the thread.
    ///
    /// The handler must return quickly: while it runs, nothing else is received.
    public init(
        _ address: BusAddress, timeout: Duration = .seconds(10), queueLimit: Int = 4096,
        onEvent: @escaping @Sendable (BusEvent) -> Void
    ) throws(SystemdError) {
        self.address = address
        let deadline = MonotonicTime.now + timeout
        let loop = try BusLoop(address, queueLimit: queueLimit, onEvent: onEvent)
        self.loop = loop
        do {
            thread = try WorkerThread(name: "aether-bus", queueLimit: 1)
            try thread.enqueue { loop.run(connectBy: deadline) }
        } catch {
            throw SystemdError(.failed, "cannot start a thread for \(address): \(error)", cause: error)
        }
        let state = loop.thread.wait(until: deadline + .seconds(1)) { state in
            if case .starting = state { return nil as BusLoop.ThreadState? }
            return state
        }
        switch state {
        case .running: return
        case .ended(let error): throw error
        case .starting, nil:
            close(reason: "it did not come up in time")
            throw SystemdError(.timedOut, "cannot connect to \(address): no answer in time")
        }
    }

    deinit {
        close(reason: "the connection was closed here")
    }

    /// Why the connection is gone; nil while it is there.
    public var end: SystemdError? {
        loop.queue.withLock { $0.end }
    }

    /// Closes the connection; calls under way fail with `disconnected`.
    public func close() {
        close(reason: "the connection was closed here")
    }

    /// Calls a method and returns what it answered.
    public func call(_ call: BusCall, timeout: Duration = .seconds(25)) throws(SystemdError) -> [BusValue] {
        try self.call(call, timeout: timeout) { reader throws(SystemdError) in try reader.values() }
    }

    /// Calls many methods, without waiting for one before sending the next, and returns the answers in the order of the
    /// calls.
    ///
    /// The timeout is for all of them together.
    public func call(_ calls: [BusCall], timeout: Duration = .seconds(25)) -> [Result<[BusValue], SystemdError>] {
        self.call(calls, timeout: timeout) { _, reader throws(SystemdError) in try reader.values() }
    }

    /// Asks the message bus for the signals that match a rule; no-op on a peer connection, where every signal arrives.
    public func addMatch(_ rule: String, timeout: Duration = .seconds(25)) throws(SystemdError) {
        guard address.isMessageBus else { return }
        _ = try call(
            BusCall(
                destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus",
                interface: "org.freedesktop.DBus", member: "AddMatch", arguments: [.string(rule)]),
            timeout: timeout)
    }

    /// Calls a method; `decode` reads the answer on the bus thread, before anything that arrived after it.
    func call<Value: Sendable>(
        _ call: BusCall, timeout: Duration,
        decode: @escaping @Sendable (BusMessageReader) throws(SystemdError) -> Value
    ) throws(SystemdError) -> Value {
        let results = self.call([call], timeout: timeout) { _, reader throws(SystemdError) in try decode(reader) }
        return try results[0].get()
    }

    /// Calls many methods; `decode` gets the index of the call with its answer, on the bus thread.
    func call<Value: Sendable>(
        _ calls: [BusCall], timeout: Duration,
        decode: @escaping @Sendable (Int, BusMessageReader) throws(SystemdError) -> Value
    ) -> [Result<Value, SystemdError>] {
        precondition(
            !isOnBusThread, "a call from the bus thread would wait for itself: hand the event to another thread")
        let deadline = MonotonicTime.now + timeout
        var results: [Result<Value, SystemdError>] = []
        results.reserveCapacity(calls.count)
        // In portions, so that one large batch cannot fill the queue for everyone else.
        for start in stride(from: 0, to: calls.count, by: Self.portion) {
            let portion = calls[start..<min(start + Self.portion, calls.count)]
            results.append(contentsOf: call(portion, deadline, decode))
        }
        return results
    }

    private static let portion = 512

    private func call<Value: Sendable>(
        _ calls: ArraySlice<BusCall>, _ deadline: MonotonicTime,
        _ decode: @escaping @Sendable (Int, BusMessageReader) throws(SystemdError) -> Value
    ) -> [Result<Value, SystemdError>] {
        let answers = Monitor(BusAnswers<Value>(range: calls.indices))
        let requests = calls.indices.map { index in
            BusRequest(call: calls[index], deadline: deadline) { reply in
                let answer = reply.flatMap { reader in
                    Result { () throws(SystemdError) -> Value in try decode(index, reader) }
                }
                answers.update { $0.set(answer, at: index) }
            }
        }
        switch loop.queue.withLock({ $0.add(requests) }) {
        case .refused(let error): return calls.map { _ in .failure(error) }
        case .wake: loop.wake()
        case .queued: break
        }
        // The bus thread answers at the deadline itself; the second is for a handler that holds it up.
        _ = answers.wait(until: deadline + .seconds(1)) { $0.isComplete ? true : nil }
        return answers.update { $0.take() }.enumerated().map { offset, answer in
            answer
                ?? .failure(
                    SystemdError(
                        .timedOut, "cannot call \(calls[calls.startIndex + offset].summary): the bus thread is held up")
                )
        }
    }

    private var isOnBusThread: Bool {
        loop.thread.update { state in
            if case .running(let thread) = state { return pthread_equal(thread, pthread_self()) != 0 }
            return false
        }
    }

    private func close(reason: String) {
        let mustWake = loop.queue.withLock {
            $0.close(SystemdError(.disconnected, "the connection to \(address) is gone: \(reason)"))
        }
        if mustWake { loop.wake() }
    }
}

/// The answers to a batch of calls as they come in.
struct BusAnswers<Value: Sendable>: Sendable {
    private var answers: [Result<Value, SystemdError>?]
    private var missing: Int
    private let start: Int

    init(range: Range<Int>) {
        answers = Array(repeating: nil, count: range.count)
        missing = range.count
        start = range.lowerBound
    }

    var isComplete: Bool { missing == 0 }

    mutating func set(_ answer: Result<Value, SystemdError>, at index: Int) {
        precondition(answers[index - start] == nil, "a call was answered twice")
        answers[index - start] = answer
        missing -= 1
    }

    mutating func take() -> [Result<Value, SystemdError>?] {
        answers
    }
}
