import CSystemd
import Glibc

/// Tells the service manager how this service does.
///
/// Without `NOTIFY_SOCKET` in the environment every method does nothing.
///
/// Each method returns whether a manager was told.
public struct Notifier: Sendable {
    /// Makes a notifier; the environment is read at each call.
    public init() {}

    /// The service is up, or up again after ``reloading()``.
    @discardableResult
    public func ready() throws(SystemdError) -> Bool {
        try send("READY=1")
    }

    /// The service reads its configuration again.
    @discardableResult
    public func reloading() throws(SystemdError) -> Bool {
        // Type=notify-reload of systemd 253 and later demands the time; earlier ones ignore it.
        try send("RELOADING=1\nMONOTONIC_USEC=\(MonotonicTime.now.microseconds)")
    }

    /// The service is on its way down.
    @discardableResult
    public func stopping() throws(SystemdError) -> Bool {
        try send("STOPPING=1")
    }

    /// One line that `systemctl status` shows; line breaks become spaces.
    @discardableResult
    public func status(_ text: String) throws(SystemdError) -> Bool {
        // A line break would end the value, and what follows it would be an assignment of its own.
        let line = String(decoding: text.utf8.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
        return try send("STATUS=\(line)")
    }

    /// The service is alive: to be called more often than ``watchdogInterval`` asks.
    @discardableResult
    public func watchdog() throws(SystemdError) -> Bool {
        try send("WATCHDOG=1")
    }

    /// The main process of the service, if systemd did not start it itself.
    @discardableResult
    public func mainPID(_ pid: Int32) throws(SystemdError) -> Bool {
        try send("MAINPID=\(pid)")
    }

    /// Asks for more time to start, to reload or to stop, counted from now.
    @discardableResult
    public func extendTimeout(by duration: Duration) throws(SystemdError) -> Bool {
        try send("EXTEND_TIMEOUT_USEC=\(duration.wholeMicroseconds)")
    }

    /// Within which interval ``watchdog()`` must be called; nil if the manager does not watch this process.
    ///
    /// Half of it is the usual choice.
    public static var watchdogInterval: Duration? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }

    private func send(_ state: String) throws(SystemdError) -> Bool {
        let result = sd_notify(0, state)
        guard result >= 0 else {
            throw SystemdError.of(
                result, code: .unavailable, "cannot tell the service manager the state of this service")
        }
        return result > 0
    }
}
