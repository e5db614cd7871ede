import CSystemd
import Glibc
import Synchronization

/// The one thread that touches an sd-bus connection: it sends what is queued, receives, and hands out answers and
/// signals.
final class BusLoop: @unchecked Sendable {
    // Safety: `bus`, `pending` and `failure` are touched only by the bus thread, after `open` handed them over to it;
    // everything else is immutable or behind a lock.
    private var bus: OpaquePointer?
    private var pending: [UInt64: BusRequest] = [:]
    private var failure: SystemdError?

    let queue: Mutex<BusQueue>
    let thread = Monitor<ThreadState>(.starting)
    private let address: BusAddress
    private let wakeDescriptor: Int32
    private let onEvent: @Sendable (BusEvent) -> Void

    enum ThreadState: Sendable {
        /// Can transition to `running` once the bus has accepted the connection, to `ended` if it has not.
        case starting
        /// Can transition to `ended` when the connection goes or is closed.
        case running(pthread_t)
        case ended(SystemdError)
    }

    /// dbus-daemon lets an ordinary connection wait for 128 replies and refuses further calls.
    static let windowSize = 64

    init(_ address: BusAddress, queueLimit: Int, onEvent: @escaping @Sendable (BusEvent) -> Void) throws(SystemdError) {
        self.address = address
        self.onEvent = onEvent
        self.queue = Mutex(BusQueue(limit: queueLimit))
        wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard wakeDescriptor >= 0 else { throw SystemdError.of(errno, code: .failed, "cannot make an eventfd") }
    }

    deinit {
        close(wakeDescriptor)
    }

    /// Wakes the thread out of its poll.
    func wake() {
        var one: UInt64 = 1
        // A full counter means that a wake is pending already.
        _ = write(wakeDescriptor, &one, 8)
    }

    /// The life of the thread.
    func run(connectBy deadline: MonotonicTime) {
        do {
            try open()
            try awaitReady(by: deadline)
            thread.update { $0 = .running(pthread_self()) }
            try serve()
        } catch {
            end(error)
        }
    }

    // MARK: - Connection

    private func open() throws(SystemdError) {
        let tried = "cannot connect to \(address)"
        var new: OpaquePointer?
        try SystemdError.check(sd_bus_new(&new), tried)
        bus = new
        try SystemdError.check(sd_bus_set_address(new, address.address), tried)
        try SystemdError.check(sd_bus_set_bus_client(new, address.isMessageBus ? 1 : 0), tried)
        try SystemdError.check(sd_bus_negotiate_fds(new, 0), tried)
        try SystemdError.check(sd_bus_set_description(new, "aetheredge"), tried)
        let result = sd_bus_start(new)
        guard result >= 0 else { throw SystemdError.of(result, code: openingCode(result), tried) }
    }

    private func awaitReady(by deadline: MonotonicTime) throws(SystemdError) {
        while true {
            let result = sd_bus_is_ready(bus)
            if result > 0 { return }
            try checkNotClosed()
            guard result == 0, MonotonicTime.now < deadline else {
                throw result == 0
                    ? SystemdError(.timedOut, "cannot connect to \(address): no answer in time")
                    : SystemdError.of(result, code: openingCode(result), "cannot connect to \(address)")
            }
            let processed = sd_bus_process(bus, nil)
            guard processed >= 0 else {
                throw SystemdError.of(processed, code: openingCode(processed), "cannot connect to \(address)")
            }
            if processed == 0 { poll(until: deadline) }
        }
    }

    /// Refusal is worth telling from absence: everything else that can go wrong here means that nobody is there.
    private func openingCode(_ result: Int32) -> SystemdError.Code {
        -result == EACCES || -result == EPERM ? .accessDenied : .unavailable
    }

    // MARK: - Service

    private func serve() throws(SystemdError) {
        while true {
            try checkNotClosed()
            sendQueued()
            var isIdle = false
            // Bounded, so that a storm of signals does not hold up the calls.
            for _ in 0..<Self.windowSize where !isIdle {
                isIdle = try processOne()
            }
            // What an answer made room for is sent before the thread sleeps; what is queued after this check wakes it.
            let canSend = pending.count < Self.windowSize && queue.withLock { !$0.isEmpty }
            if isIdle, !canSend { poll(until: nil) }
        }
    }

    private func checkNotClosed() throws(SystemdError) {
        if let end = queue.withLock({ $0.end }) { throw end }
    }

    private func sendQueued() {
        let room = Self.windowSize - pending.count
        for request in queue.withLock({ $0.take(atMost: room) }) {
            do {
                try send(request)
            } catch {
                request.finish(.failure(error))
            }
        }
    }

    private func send(_ request: BusRequest) throws(SystemdError) {
        let call = request.call
        let tried = "cannot call \(call.summary)"
        let remaining = request.deadline.remaining
        guard remaining > 0 else { throw SystemdError(.timedOut, "\(tried): the deadline passed before it was sent") }
        var message: OpaquePointer?
        let result = sd_bus_message_new_method_call(
            bus, &message, address.isMessageBus ? call.destination : nil, call.path, call.interface, call.member)
        guard result >= 0, let message else { throw SystemdError.of(result, tried) }
        defer { sd_bus_message_unref(message) }
        // Who is not on the bus is told so at once, instead of after the bus has waited for its activation.
        try SystemdError.check(sd_bus_message_set_auto_start(message, 0), tried)
        try BusMessageWriter(message: message).append(call.arguments)
        // Safety: the slot floats, so it ends with the bus, which this object closes before it goes.
        let context = Unmanaged.passUnretained(self).toOpaque()
        try SystemdError.check(sd_bus_call_async(bus, nil, message, passReply, context, remaining), tried)
        var cookie: UInt64 = 0
        try SystemdError.check(sd_bus_message_get_cookie(message, &cookie), tried)
        pending[cookie] = request
    }

    /// Returns whether there was nothing to do.
    private func processOne() throws(SystemdError) -> Bool {
        var message: OpaquePointer?
        let result = sd_bus_process(bus, &message)
        guard result >= 0 else {
            throw failure ?? SystemdError.of(result, code: .disconnected, "the connection to \(address) is gone")
        }
        if let message {
            defer { sd_bus_message_unref(message) }
            receiveSignal(message)
        }
        return result == 0
    }

    private func receiveSignal(_ message: OpaquePointer) {
        guard sd_bus_message_is_signal(message, nil, nil) > 0,
            let path = sd_bus_message_get_path(message), let interface = sd_bus_message_get_interface(message),
            let member = sd_bus_message_get_member(message)
        else { return }
        let interfaceName = String(cString: interface)
        if interfaceName == "org.freedesktop.DBus.Local" {
            failure = SystemdError(.disconnected, "\(address) closed the connection")
            return
        }
        // A signal is a hint: one that cannot be read is worth as much as one that was lost.
        guard let values = try? BusMessageReader(message: message).values() else { return }
        onEvent(
            .signal(
                BusSignal(
                    sender: sd_bus_message_get_sender(message).map { String(cString: $0) },
                    path: String(cString: path), interface: interfaceName, member: String(cString: member),
                    arguments: values)))
    }

    fileprivate func receiveReply(_ message: OpaquePointer) {
        var cookie: UInt64 = 0
        guard sd_bus_message_get_reply_cookie(message, &cookie) >= 0,
            let request = pending.removeValue(forKey: cookie)
        else { return }
        guard let error = sd_bus_message_get_error(message) else {
            request.finish(.success(BusMessageReader(message: message)))
            return
        }
        let tried = "cannot call \(request.call.summary)"
        if sd_bus_is_open(bus) <= 0 {
            request.finish(.failure(SystemdError(.disconnected, "\(tried): \(address) closed the connection")))
        } else if request.deadline.remaining == 0 {
            request.finish(.failure(SystemdError(.timedOut, "\(tried): no answer in time")))
        } else {
            let name = error.pointee.name.map { String(cString: $0) } ?? ""
            let text = error.pointee.message.map { String(cString: $0) } ?? "no reason given"
            request.finish(.failure(SystemdError.ofBus(name: name, message: text, tried)))
        }
    }

    /// Sleeps until the bus or a caller has work, or sd-bus's own next timeout or the deadline has come.
    private func poll(until deadline: MonotonicTime?) {
        var timeout = UInt64.max
        sd_bus_get_timeout(bus, &timeout)
        let wakeTime = min(MonotonicTime(microseconds: timeout), deadline ?? MonotonicTime(microseconds: .max))
        let events = max(sd_bus_get_events(bus), 0)
        var descriptors = [
            pollfd(fd: sd_bus_get_fd(bus), events: Int16(truncatingIfNeeded: events), revents: 0),
            pollfd(fd: wakeDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        // Rounded up, so that the time has come when it wakes; a day at most, so that it fits.
        let isEndless = wakeTime.microseconds == .max
        let milliseconds = isEndless ? -1 : Int32(min(wakeTime.remaining / 1000 + 1, 86_400_000))
        _ = Glibc.poll(&descriptors, 2, milliseconds)
        if descriptors[1].revents != 0 {
            var count: UInt64 = 0
            _ = read(wakeDescriptor, &count, 8)
        }
    }

    // MARK: - End

    private func end(_ error: SystemdError) {
        _ = queue.withLock { $0.close(error) }
        let waiting = pending.values + queue.withLock { $0.take(atMost: .max) }
        pending = [:]
        if let bus {
            sd_bus_close_unref(bus)
            self.bus = nil
        }
        for request in waiting {
            request.finish(
                .failure(
                    SystemdError(.disconnected, "cannot call \(request.call.summary): \(error.message)", cause: error)))
        }
        let wasRunning = thread.update { state in
            defer { state = .ended(error) }
            if case .running = state { return true }
            return false
        }
        if wasRunning { onEvent(.disconnected(error)) }
    }
}

// Safety: the context is the BusLoop whose thread runs this callback, alive for as long as its bus.
private func passReply(
    _ message: OpaquePointer?, _ context: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<sd_bus_error>?
) -> Int32 {
    guard let message, let context else { return 0 }
    Unmanaged<BusLoop>.fromOpaque(context).takeUnretainedValue().receiveReply(message)
    return 1
}
