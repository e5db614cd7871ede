internal import CLinux
internal import Glibc

/// A named thread that runs Swift tasks and may block.
///
/// A task that is given one with `withTaskExecutorPreference` makes its blocking calls where it is, instead of handing
/// each to another thread and waiting for it: a chain of short calls costs no wake-ups then. Only tasks that follow
/// each other belong on it; one that blocks holds up the others.
public final class TaskThread: TaskExecutor {
    private let pool: WorkerPool

    /// Starts the thread; with a `niceness` above zero it gives way to the other threads, see sched(7).
    public init(name: String, niceness: Int32 = 0) throws(LinuxIOError) {
        pool = try WorkerPool(name: name, count: 1, stackSize: 4 << 20, queueLimit: .max)
        try pool.enqueue {
            cl_thread_set_may_block(1)
            // Of a thread, in Linux; being less nice than asked for does no harm.
            if niceness != 0 { _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
        }
    }

    /// Runs a job of a task after those that were given before.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        do {
            try pool.enqueue { job.runSynchronously(on: executor) }
        } catch {
            preconditionFailure("the thread '\(pool.name)' was stopped before its tasks ended")
        }
    }

    /// Whether the calling thread is one that may block: a call that would be handed to a worker can be made at once.
    public static var mayBlockHere: Bool { cl_thread_may_block() != 0 }
}
