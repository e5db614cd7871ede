internal import Synchronization
public import Systemd

/// The connection to systemd, made again when it went: a manager or bus that is restarted costs one failed call at
/// most.
public final class SystemdConnection: Sendable {
    private let connect: @Sendable () throws(SystemdError) -> SystemManager
    private let current = Mutex<SystemManager?>(nil)

    /// Connects with the given closure when it is first needed and whenever the connection is gone.
    public init(connect: @escaping @Sendable () throws(SystemdError) -> SystemManager) {
        self.connect = connect
    }

    /// The connection that is open now, or a new one.
    ///
    /// Blocks.
    public func manager() throws(SystemdError) -> SystemManager {
        if let open = current.withLock({ $0 }), open.end == nil { return open }
        let new = try connect()
        // Whoever connected first is kept.
        let kept = current.withLock { current -> SystemManager in
            if let open = current, open.end == nil { return open }
            current = new
            return new
        }
        if kept !== new { new.close() }
        return kept
    }

    /// Closes the connection; the next use opens another.
    public func close() {
        let open = current.withLock { current -> SystemManager? in
            defer { current = nil }
            return current
        }
        open?.close()
    }
}
