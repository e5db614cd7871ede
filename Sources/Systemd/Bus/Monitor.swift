import Glibc

/// State under a lock that threads can wait on: `Mutex` has no condition variable.
final class Monitor<State: Sendable>: @unchecked Sendable {
    // Safety: `state` is touched only while `mutex` is held; both pointers live as long as the object and are freed in
    // deinit.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    // Safety: see above.
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    init(_ state: State) {
        self.state = state
        var result = pthread_mutex_init(mutex, nil)
        precondition(result == 0, "pthread_mutex_init has no way to fail on Linux")
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        result = pthread_cond_init(condition, &attributes)
        precondition(result == 0, "pthread_cond_init has no way to fail on Linux")
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Changes the state and wakes every waiter to look again.
    func update<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        pthread_cond_broadcast(condition)
        return body(&state)
    }

    /// Waits until `body` returns a value, and returns it; nil once the deadline has passed.
    func wait<Result>(until deadline: MonotonicTime, _ body: (inout State) -> Result?) -> Result? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var time = deadline.timespec
        while true {
            if let result = body(&state) { return result }
            guard pthread_cond_timedwait(condition, mutex, &time) == 0 else { return body(&state) }
        }
    }
}
