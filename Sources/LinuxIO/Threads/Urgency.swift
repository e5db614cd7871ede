internal import CLinux
internal import Glibc

/// Lets the calling thread run before others as soon as it has something to do, which must be little each time.
///
/// A thread of less niceness still waits until the one in its place has had its share, some milliseconds; a slice that
/// is short lets it in at once (Linux 6.12). Without privilege it waits like any other.
public func becomeUrgent() {
    let niceness: Int32 = -15
    if cl_thread_set_urgency(niceness, 100_000) < 0 {
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
    }
}
