package import Model
internal import Synchronization

/// A host in memory: files that a power cut takes back to what was synced, users, units, faults and a clock, all from
/// a seed.
///
/// What happens is a function of the seed and of the calls. Time moves by `advance` and by 50 µs with each call.
public final class SimulatedHost: HostMutating {
    let state: Mutex<SimulatedState>
    /// Whether owner and group can be changed.
    public let canChangeOwner: Bool
    /// Whether units can be observed and changed.
    public let hasUnits: Bool

    /// Makes a host with the usual directories and nothing in them.
    public init(seed: UInt64, hasUnits: Bool = true, canChangeOwner: Bool = true) {
        self.hasUnits = hasUnits
        self.canChangeOwner = canChangeOwner
        state = Mutex(SimulatedState(seed: seed))
        let directories = ["/etc", "/usr", "/var", "/srv", "/usr/lib", "/var/lib"]
        let unitDirectories = [
            "/etc/systemd", "/etc/systemd/system", "/usr/lib/systemd", "/usr/lib/systemd/system",
        ]
        for directory in directories + unitDirectories { place(directory: directory) }
        settle()
    }

    /// This host: it opens no directories.
    public func keepingDirectories() -> SimulatedHost { self }

    /// Runs a call under the lock: time goes on, and a stopped host does not answer.
    func call<Result>(
        _ body: (inout sending SimulatedState) throws(HostError) -> sending Result
    ) throws(HostError) -> sending Result {
        try state.withLock { (state) throws(HostError) in
            try state.begin()
            return try body(&state)
        }
    }
}

extension SimulatedHost {
    /// Lets time pass.
    package func advance(by nanoseconds: Int64) {
        precondition(nanoseconds >= 0, "time goes forward; set the wall clock to make it jump")
        state.withLock { state in
            state.wallTime += nanoseconds
            state.bootTime += nanoseconds
        }
    }

    /// Makes the wall clock jump.
    package func setWallTime(_ time: WallTime) {
        state.withLock { $0.wallTime = time.nanoseconds }
    }

    /// Stops the machine at the crash point with this number, counted from the last start; nil lets it run.
    package func stop(atPoint number: Int?) {
        state.withLock { state in
            state.pointsPassed = 0
            state.stopPoint = number
        }
    }

    /// How many crash points were passed since `stop(atPoint:)`, to know how many there are.
    package var pointsPassed: Int { state.withLock { $0.pointsPassed } }

    /// Whether the machine stopped.
    package var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Starts the daemon again after a crash: the machine and its files are as they were.
    package func restart() {
        state.withLock { state in
            state.isStopped = false
            state.stopPoint = nil
        }
    }

    /// Cuts the power and boots again: what was not synced is lost by chance, and enabled units start.
    package func powerCut() {
        state.withLock { state in
            state.isStopped = false
            state.stopPoint = nil
            state.disk.cutPower(&state.random)
            state.bootTime = 1_000_000_000
            state.wallTime += 30_000_000_000
            state.disk.time = state.wallTime
            state.bootUnits()
            state.disk.syncAll()
        }
    }

    /// Makes everything durable: the state that a test begins with.
    package func settle() {
        state.withLock { state in
            state.disk.syncAll()
            state.disk.collectGarbage()
        }
        advance(by: 60_000_000_000)
    }

    /// Adds a fault.
    package func inject(_ fault: SimulatedFault) {
        state.withLock { $0.faults.append(fault) }
    }

    /// Removes all faults.
    package func clearFaults() {
        state.withLock { $0.faults = [] }
    }

    /// Bounds the disk to what is used now and some bytes more; nil for no bound.
    package func setFreeSpace(_ bytes: Int64?) {
        state.withLock { state in
            state.disk.capacity = bytes.map { $0 + state.disk.usedBytes }
        }
    }

    /// Sets what a command answers, by its first argument.
    package func setCommand(_ name: String, _ result: CommandResult) {
        state.withLock { $0.commands[name] = result }
    }

    /// Adds or removes a user.
    package func setUser(_ name: String, _ number: UInt32?) {
        state.withLock { $0.users[name] = number }
    }

    /// Adds or removes a group.
    package func setGroup(_ name: String, _ number: UInt32?) {
        state.withLock { $0.groups[name] = number }
    }
}
