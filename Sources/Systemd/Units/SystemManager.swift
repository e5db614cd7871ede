/// The service manager, PID 1, over D-Bus.
///
/// Every method blocks the calling thread until the answer or the timeout, under the rules of ``Bus``. A connection
/// that is gone stays gone: `onDisconnect` is called once, every method then throws, and the owner connects again when
/// it sees fit.
public final class SystemManager: Sendable {
    let bus: Bus
    let jobs: JobBoard

    static let busName = "org.freedesktop.systemd1"
    static let path = "/org/freedesktop/systemd1"
    static let interface = "org.freedesktop.systemd1.Manager"

    /// How long a method that changes nothing may take.
    public static let callTimeout = Duration.seconds(25)

    /// Connects to the first address where the manager answers.
    ///
    /// These are the system bus, else PID 1's private socket, which needs root but no dbus-daemon: a manager can be off
    /// the bus while the bus is up. Both handlers run on the bus thread and must return quickly; they must not call
    /// this object. Without ``subscribe(timeout:)`` the message bus sends no changes of units, only the manager's own
    /// signals.
    public init(
        addresses: [BusAddress] = [.systemBus, .privateSocket], timeout: Duration = .seconds(10),
        onSignal: @escaping @Sendable (UnitSignal) -> Void = { _ in },
        onDisconnect: @escaping @Sendable (SystemdError) -> Void = { _ in }
    ) throws(SystemdError) {
        var failures: [SystemdError] = []
        for address in addresses {
            do throws(SystemdError) {
                (bus, jobs) = try Self.attempt(address, timeout, onSignal, onDisconnect)
                return
            } catch {
                failures.append(error)
            }
        }
        let code = failures.first { $0.code == .accessDenied }?.code ?? .unavailable
        throw SystemdError(
            code, "no service manager to talk to: " + failures.map(\.message).joined(separator: "; "),
            cause: failures.first)
    }

    /// Where the connection goes.
    public var address: BusAddress { bus.address }

    /// Why the connection is gone; nil while it is there.
    public var end: SystemdError? { bus.end }

    /// Closes the connection; calls under way fail with `disconnected`.
    public func close() {
        bus.close()
    }

    /// Asks for the changes of every unit, which arrive as ``UnitSignal/changed(_:_:)``.
    public func subscribe(timeout: Duration = callTimeout) throws(SystemdError) {
        try bus.addMatch(
            "type='signal',sender='\(Self.busName)',path_namespace='\(Self.path)/unit',"
                + "interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'",
            timeout: timeout)
    }

    /// Makes the manager load every unit file again, and returns when it has.
    public func reload(timeout: Duration = .seconds(180)) throws(SystemdError) {
        try call("Reload", timeout: timeout)
    }

    /// Forgets the failure of a unit, so that it is inactive instead of failed.
    public func resetFailed(_ name: UnitName, timeout: Duration = callTimeout) throws(SystemdError) {
        try call("ResetFailedUnit", [.string(name.rawValue)], timeout: timeout)
    }

    /// Sends a signal to processes of a unit.
    public func kill(
        _ name: UnitName, _ processes: UnitProcesses = .all, signal: Int32, timeout: Duration = callTimeout
    ) throws(SystemdError) {
        try call(
            "KillUnit", [.string(name.rawValue), .string(processes.rawValue), .int32(signal)], timeout: timeout)
    }

    /// Calls a method of the manager.
    @discardableResult
    func call(_ member: String, _ arguments: [BusValue] = [], timeout: Duration) throws(SystemdError) -> [BusValue] {
        try bus.call(Self.managerCall(member, arguments), timeout: timeout)
    }

    static func managerCall(_ member: String, _ arguments: [BusValue]) -> BusCall {
        BusCall(destination: busName, path: path, interface: interface, member: member, arguments: arguments)
    }

    private static func attempt(
        _ address: BusAddress, _ timeout: Duration, _ onSignal: @escaping @Sendable (UnitSignal) -> Void,
        _ onDisconnect: @escaping @Sendable (SystemdError) -> Void
    ) throws(SystemdError) -> (Bus, JobBoard) {
        let jobs = JobBoard()
        let attempt = AttemptState()
        let bus = try connect(address, timeout) { event in
            jobs.receive(event)
            switch event {
            case .signal(let signal):
                if attempt.isChosen, let signal = UnitSignal(signal) { onSignal(signal) }
            case .disconnected(let error):
                if attempt.end() { onDisconnect(error) }
            }
        }
        guard attempt.choose() else {
            throw bus.end ?? SystemdError(.disconnected, "the connection to \(address) went at once")
        }
        return (bus, jobs)
    }

    private static func connect(
        _ address: BusAddress, _ timeout: Duration, _ onEvent: @escaping @Sendable (BusEvent) -> Void
    ) throws(SystemdError) -> Bus {
        let bus = try Bus(address, timeout: timeout, onEvent: onEvent)
        try bus.addMatch(
            "type='signal',sender='\(busName)',path='\(path)',interface='\(interface)'", timeout: timeout)
        try bus.addMatch(
            "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',"
                + "member='NameOwnerChanged',arg0='\(busName)'",
            timeout: timeout)
        // Without it the manager announces no end of a job.
        _ = try bus.call(managerCall("Subscribe", []), timeout: timeout)
        return bus
    }
}

/// Which processes of a unit a signal goes to.
public enum UnitProcesses: String, Sendable {
    /// The main process.
    case main
    /// The process that runs a command such as `ExecReload=`.
    case control
    /// All of them.
    case all
}
