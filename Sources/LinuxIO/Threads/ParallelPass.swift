internal import Synchronization

/// One parallel pass over a range: pieces are taken in order by whoever is free.
final class ParallelPass<Failure: Error>: Sendable {
    private struct State {
        var next = 0
        var activeCount = 0
        var isClosed = false
        var failure: Failure?
    }

    private let count: Int
    private let chunk: Int
    private let monitor = Monitor(State())

    private init(count: Int, chunk: Int) {
        self.count = count
        self.chunk = chunk
    }

    static func run(
        count: Int, chunk: Int, helpers: Int, on queue: WorkQueueMonitor,
        _ body: @Sendable (Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(chunk > 0, "a piece has at least one index")
        if count <= 0 { return }
        let pass = ParallelPass(count: count, chunk: chunk)
        // The body does not escape: a helper that comes late finds the pass closed and never calls it.
        withoutActuallyEscaping(body) { body in
            let pieces = (count + chunk - 1) / chunk
            for _ in 0..<min(helpers, pieces - 1) {
                let job = WorkQueueMonitor.Job(perform: { pass.help(body) }, refuse: { _ in })
                if queue.add(job) != nil { break }
            }
            pass.help(body)
            pass.close()
        }
        if let failure = pass.monitor.read({ $0.failure }) { throw failure }
    }

    private func help(_ body: @Sendable (Range<Int>) throws(Failure) -> Void) {
        let isOpen = monitor.change { state in
            if !state.isClosed { state.activeCount += 1 }
            return !state.isClosed
        }
        guard isOpen else { return }
        while let piece = take() {
            do { try body(piece) } catch { fail(error) }
        }
        monitor.change { $0.activeCount -= 1 }
    }

    private func take() -> Range<Int>? {
        monitor.change { state in
            guard !state.isClosed, state.failure == nil, state.next < self.count else { return nil }
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

    private func close() {
        monitor.wait { state -> Void? in
            state.isClosed = true
            return state.activeCount == 0 ? () : nil
        }
    }
}
