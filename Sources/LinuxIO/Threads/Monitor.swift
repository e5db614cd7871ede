internal import Glibc

/// State under a lock whose changes threads can wait for.
///
/// `Mutex` has no condition variable, hence the pthread pair.
// Safety: the state is reached only between lock and unlock, and the three allocations live as long as the monitor.
package final class Monitor<State>: @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let change: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    package init(_ state: sending State) {
        self.state = state
        lock = .allocate(capacity: 1)
        change = .allocate(capacity: 1)
        lock.initialize(to: pthread_mutex_t())
        change.initialize(to: pthread_cond_t())
        let results = (pthread_mutex_init(lock, nil), pthread_cond_init(change, nil))
        precondition(results == (0, 0), "a default mutex and condition cannot fail on Linux")
    }

    deinit {
        pthread_cond_destroy(change)
        pthread_mutex_destroy(lock)
        change.deallocate()
        lock.deallocate()
    }

    /// Runs with the lock held and wakes every waiter afterwards.
    package func change<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(lock)
        defer {
            pthread_cond_broadcast(change)
            pthread_mutex_unlock(lock)
        }
        return body(&state)
    }

    /// Runs with the lock held and wakes one waiter afterwards, for changes of which any one waiter can make use.
    package func changeForOne<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(lock)
        let result = body(&state)
        pthread_mutex_unlock(lock)
        pthread_cond_signal(change)
        return result
    }

    /// Runs with the lock held and wakes nobody.
    package func read<Result>(_ body: (borrowing State) -> Result) -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body(state)
    }

    /// Waits until the body answers something, which it may take out of the state.
    package func wait<Result>(_ body: (inout State) -> Result?) -> Result {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while true {
            if let result = body(&state) { return result }
            pthread_cond_wait(change, lock)
        }
    }
}
