public import LinuxIO

/// How well a watcher sees the processes that change things, and why not better.
public enum ProcessSight: Sendable {
    /// Each start, program, change of user and end, however short-lived.
    case everything
    /// The programs as they start; the process connector does not speak.
    case programs(LinuxIOError)
    /// Nothing: fanotify is refused.
    case unseen(LinuxIOError)
}
