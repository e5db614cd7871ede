/// The bounded queue that worker threads take their jobs from.
final class WorkQueueMonitor: Sendable {
    struct Job: Sendable {
        let perform: @Sendable () -> Void
        let refuse: @Sendable (LinuxIOError) -> Void
    }

    private struct State {
        var jobs: [Job] = []
        var head = 0
        var isClosed = false

        var count: Int { jobs.count - head }

        mutating func take() -> Job? {
            guard head < jobs.count else { return nil }
            let job = jobs[head]
            head += 1
            if head == jobs.count || head > 1_024 {
                jobs.removeFirst(head)
                head = 0
            }
            return job
        }
    }

    private enum Next {
        case job(Job)
        case end
    }

    private let limit: Int
    private let monitor: Monitor<State>

    init(limit: Int) {
        self.limit = limit
        monitor = Monitor(State())
    }

    /// Adds a job, or says why not.
    func add(_ job: Job) -> LinuxIOError? {
        let limit = limit
        return monitor.changeForOne { state in
            if state.isClosed {
                return LinuxIOError(code: .shutDown, call: "WorkerPool.run", detail: "the pool is stopped")
            }
            if state.count >= limit {
                return LinuxIOError(code: .again, call: "WorkerPool.run", detail: "\(limit) jobs are waiting already")
            }
            state.jobs.append(job)
            return nil
        }
    }

    /// Ends the queue: what waits is refused, and each thread ends after its job.
    func close() {
        let refused = monitor.change { state in
            state.isClosed = true
            let rest = Array(state.jobs[state.head...])
            state.jobs = []
            state.head = 0
            return rest
        }
        let error = LinuxIOError(code: .canceled, call: "WorkerPool.run", detail: "the pool was stopped first")
        for job in refused { job.refuse(error) }
    }

    /// The life of a thread.
    func work() {
        while true {
            let next = monitor.wait { state -> Next? in
                if let job = state.take() { return .job(job) }
                return state.isClosed ? .end : nil
            }
            guard case .job(let job) = next else { return }
            job.perform()
        }
    }
}
