import Store
import Synchronization

/// How long a leader may take itself for one: for the time of a lease from when it asked for it or for more of it.
final class Tenure: Sendable {
    let lease: Lease
    private let leaseDuration: Duration
    private let asked: Mutex<Duration>

    init(_ lease: Lease, leaseDuration: Duration, askedAt time: Duration) {
        self.lease = lease
        self.leaseDuration = leaseDuration
        asked = Mutex(time)
    }

    /// Records that the lease was renewed, as asked at a time.
    func renewed(askedAt time: Duration) { asked.withLock { $0 = max($0, time) } }

    /// When it ends.
    var end: Duration { asked.withLock { $0 } + leaseDuration }
}
