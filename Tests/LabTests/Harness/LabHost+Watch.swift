import Glibc
import Synchronization
import TestSupport

extension LabHost {
    /// A watch over a directory of the running host that opens now, so that nothing made from here on is missed.
    ///
    /// `wait` returns as soon as a name was made in the directory; fails at the deadline.
    func watchForNames(in path: String) throws -> @Sendable (_ limit: Duration) async throws -> Void {
        guard let running = state.withLock({ $0 }) else { throw LabError("host \(name) is not running") }
        // As the host sees it, with what is mounted in it.
        let place = "/proc/\(running.leader)/root\(path)"
        let events = OwnedDescriptor(inotify_init1(Int32(IN_CLOEXEC)))
        guard events.isOpen, inotify_add_watch(events.number, place, UInt32(IN_CREATE)) >= 0 else {
            throw LabError("cannot watch '\(place)'", errno: errno)
        }
        return { limit in
            try await onOwnThread {
                var entry = pollfd(fd: events.number, events: Int16(POLLIN), revents: 0)
                let milliseconds = limit.components.seconds * 1000
                guard poll(&entry, 1, Int32(clamping: milliseconds)) == 1 else {
                    throw LabError("not within \(limit): a new name in \(path)")
                }
            }
        }
    }
}
