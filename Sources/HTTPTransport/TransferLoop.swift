internal import CCurl
internal import Glibc

/// The transport's thread: runs every transfer on one libcurl multi handle until it is told to stop.
///
/// Made and used on that thread only.
final class TransferLoop {
    private let mailbox: Mailbox
    // Safety: the handle is made in init and freed in close(), both on the thread that owns this object.
    private let multi: UnsafeMutableRawPointer
    private var admission: Admission
    private var waiting: [TransferID: Order] = [:]
    // Safety: the key is the address of the transfer's easy handle, which is not read through.
    private var active: [UnsafeMutableRawPointer: Transfer] = [:]

    /// The longest sleep with nothing to do; libcurl takes milliseconds as a C int.
    private static let sleepMaximum = Duration.seconds(3600)

    init?(mailbox: Mailbox, limits: Transport.Limits) {
        guard let multi = ccurl_multi_init() else { return nil }
        self.mailbox = mailbox
        self.multi = multi
        admission = Admission(activeMaximum: limits.activeMaximum, waitingMaximum: limits.waitingMaximum)
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, limits.idleConnectionMaximum)
        _ = ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
    }

    /// Runs until the mailbox says stop; on return every transfer has been answered and libcurl's memory is free.
    func run() {
        while true {
            let batch = mailbox.take()
            if batch.isStopping {
                close(pending: batch.commands)
                return
            }
            for command in batch.commands { perform(command) }
            advance()
            sleep()
        }
    }

    // MARK: - Commands

    private func perform(_ command: Mailbox.Command) {
        switch command {
        case .start(let order):
            switch admission.submit(order.id) {
            case .start: start(order)
            case .wait: waiting[order.id] = order
            case .refuse: order.refuse(order.error(.overloaded, "too many requests wait already; try again later"))
            }
        case .cancel(let id): cancel(id)
        case .resume(let id): active.values.first { $0.order.id == id }?.resume()
        }
    }

    private func start(_ order: Order) {
        let transfer: Transfer
        do {
            transfer = try Transfer(order)
        } catch {
            order.refuse(error)
            admission.finish(order.id)
            return
        }
        guard ccurl_multi_add_handle(multi, transfer.easy) == CURLM_OK else {
            transfer.close()
            order.refuse(order.error(.resources, "libcurl has no room for another transfer"))
            admission.finish(order.id)
            return
        }
        active[transfer.easy] = transfer
    }

    private func cancel(_ id: TransferID) {
        switch admission.withdraw(id) {
        case .unknown: break
        case .wasWaiting:
            guard let order = waiting.removeValue(forKey: id) else { return }
            order.refuse(cancellation(of: order))
        case .isActive:
            guard let transfer = active.values.first(where: { $0.order.id == id }) else { return }
            end(transfer) { $0.finish(cancellation(of: $0.order)) }
        }
    }

    private func cancellation(of order: Order) -> TransportError {
        order.error(.cancelled, "it was cancelled")
    }

    // MARK: - Progress

    private func advance() {
        repeat {
            var running: Int32 = 0
            let code = ccurl_multi_perform(multi, &running)
            precondition(code == CURLM_OK, "libcurl cannot go on: \(String(cString: ccurl_multi_strerror(code)))")
            collect()
            expire()
        } while startWaiting()
    }

    private func collect() {
        var left: Int32 = 0
        while let message = ccurl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let transfer = active[message.pointee.easy_handle] else {
                continue
            }
            // The message is gone once its handle is removed.
            let code = ccurl_message_result(message)
            end(transfer) { $0.finish(code) }
        }
    }

    private func expire() {
        let now = ContinuousClock.now
        for transfer in Array(active.values) {
            guard let error = transfer.expiry(at: now) else { continue }
            end(transfer) { $0.finish(error) }
        }
        for order in Array(waiting.values) where now >= order.deadline {
            _ = admission.withdraw(order.id)
            waiting[order.id] = nil
            order.refuse(order.error(.timeout, "it waited \(order.request.timeout) for a place"))
        }
    }

    private func startWaiting() -> Bool {
        var hasStarted = false
        while let id = admission.next() {
            guard let order = waiting.removeValue(forKey: id) else {
                preconditionFailure("a transfer waits without its order")
            }
            start(order)
            hasStarted = true
        }
        return hasStarted
    }

    /// Takes a transfer off libcurl, answers its caller, and frees it.
    private func end(_ transfer: Transfer, answer: (Transfer) -> Void) {
        active[transfer.easy] = nil
        ccurl_multi_remove_handle(multi, transfer.easy)
        answer(transfer)
        transfer.close()
        admission.finish(transfer.order.id)
    }

    private func sleep() {
        let now = ContinuousClock.now
        let deadlines = active.values.compactMap(\.nextDeadline) + waiting.values.map(\.deadline)
        let pause = min(deadlines.min().map { $0 - now } ?? Self.sleepMaximum, Self.sleepMaximum)
        let milliseconds = pause <= .zero ? 0 : Transfer.milliseconds(pause + .microseconds(999))
        var wake = curl_waitfd(fd: mailbox.wakeDescriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
        // An interrupted or failed wait is a short one: the loop looks at everything again.
        _ = ccurl_multi_poll(multi, &wake, 1, Int32(milliseconds), nil)
    }

    // MARK: - End

    private func close(pending: [Mailbox.Command]) {
        for transfer in Array(active.values) {
            end(transfer) { $0.finish(Self.shutdown(of: $0.order)) }
        }
        for order in waiting.values { order.refuse(Self.shutdown(of: order)) }
        ccurl_multi_cleanup(multi)
        Self.refuse(pending + mailbox.end().commands)
    }

    /// Answers transfers that were handed in but never taken.
    static func refuse(_ commands: [Mailbox.Command]) {
        for case .start(let order) in commands { order.refuse(shutdown(of: order)) }
    }

    private static func shutdown(of order: Order) -> TransportError {
        order.error(.shutdown, "the HTTP transport was shut down")
    }
}
