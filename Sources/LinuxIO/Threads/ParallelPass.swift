/// One parallel pass over a range: pieces are taken in order by whoever is free.
final class ParallelPass<Failure: Error>: Sendable {
    typealias Body = @Sendable (Range<Int>) throws(Failure) -> Void

    private struct State {
        var next = 0
        var activeCount = 0
        var failure: Failure?
        /// What is done with a piece; nil once the pass is closed.
        var body: Body?
    }

    private let count: Int
    private let chunk: Int
    private let monitor: Monitor<State>

    private init(count: Int, chunk: Int, body: @escaping Body) {
        self.count = count
        self.chunk = chunk
        monitor = Monitor(State(body: body))
    }

    static func run(
        count: Int, chunk: Int, helpers: Int, on queue: WorkQueueMonitor, _ body: Body
    ) throws(Failure) {
        precondition(chunk > 0, "a piece has at least one index")
        if count <= 0 { return }
        // The body does not escape: closing drops it, and waits for those who have it. A helper that comes later finds
        // none.
        let failure = withoutActuallyEscaping(body) { body in
            let pass = ParallelPass(count: count, chunk: chunk, body: body)
            let pieces = (count + chunk - 1) / chunk
            for _ in 0..<min(helpers, pieces - 1) {
                let job = WorkQueueMonitor.Job(perform: { pass.help() }, refuse: { _ in })
                if queue.add(job) != nil { break }
            }
            pass.help()
            return pass.close()
        }
        if let failure { throw failure }
    }

    private func help() {
        let isOpen = monitor.change { state in
            if state.body != nil { state.activeCount += 1 }
            return state.body != nil
        }
        guard isOpen else { return }
        work()
        monitor.change { $0.activeCount -= 1 }
    }

    // Not inlined, so that its hold on the body ends before the count says so.
    @inline(never)
    private func work() {
        guard let body = monitor.read({ $0.body }) else { return }
        while let piece = take() {
            do { try body(piece) } catch { fail(error) }
        }
    }

    private func take() -> Range<Int>? {
        monitor.change { state in
            guard state.body != nil, state.failure == nil, state.next < self.count else { return nil }
            let start = state.next
            state.next = min(start + self.chunk, self.count)
            return start..<state.next
        }
    }

    private func fail(_ failure: Failure) {
        monitor.change { state in
            if state.failure == nil { state.failure = failure }
        }
    }

    private func close() -> Failure? {
        monitor.wait { state -> Failure?? in
            guard state.activeCount == 0 else { return nil }
            state.body = nil
            return .some(state.failure)
        }
    }
}
