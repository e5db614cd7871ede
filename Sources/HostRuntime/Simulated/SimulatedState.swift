internal import Model

/// Everything that a simulated host is, under one lock.
struct SimulatedState: Sendable {
    var disk: SimulatedDisk
    var units: [String: SimulatedUnit] = [:]
    var users: [String: UInt32] = ["root": 0, "daemon": 1, "www-data": 33, "nobody": 65_534]
    var groups: [String: UInt32] = ["root": 0, "daemon": 1, "www-data": 33, "nogroup": 65_534]
    var commands: [String: CommandResult] = [
        "/bin/true": CommandResult(status: 0, output: ""), "/bin/false": CommandResult(status: 1, output: ""),
    ]
    var faults: [SimulatedFault] = []
    var random: SimulatedRandom
    /// Nanoseconds since 1970, and of the boot.
    var wallTime: Int64
    var bootTime: Int64 = 1_000_000_000
    /// Crash points passed since the host was made, and the one at which it stops.
    var pointsPassed = 0
    var stopPoint: Int?
    var isStopped = false
    var nextPID: Int32 = 1_000
    var reloadCount = 0
    /// Whether the machine is on its way down, so that nothing can be started.
    var isShuttingDown = false

    init(seed: UInt64) {
        random = SimulatedRandom(seed: seed)
        wallTime = 1_700_000_000_123_456_789
        disk = SimulatedDisk(time: wallTime)
    }

    /// Begins a call: time goes on a little, and a stopped host does not answer.
    ///
    /// File times have the kernel's tick of 4 ms.
    mutating func begin() throws(HostError) {
        guard !isStopped else { throw Self.stopped }
        wallTime += 50_000
        bootTime += 50_000
        disk.time = wallTime - wallTime % 4_000_000
    }

    /// A point at which the machine may stop.
    mutating func point() throws(HostError) {
        pointsPassed += 1
        guard pointsPassed != stopPoint else {
            isStopped = true
            throw Self.stopped
        }
    }

    /// Fails when a fault covers the path.
    mutating func check(_ path: String, reading: Bool = false) throws(HostError) {
        for index in faults.indices where faults[index].covers(path) && (!reading || faults[index].affectsReading) {
            if faults[index].strikes() { throw Self.error(faults[index].code, path) }
        }
    }

    static let stopped = HostError(.stopped, "the simulated machine stopped at a crash point")

    static func error(_ code: HostError.Code, _ path: String) -> HostError {
        let reason =
            switch code {
            case .noSpace: "no space is left on its file system; make room"
            case .readOnly: "its file system is mounted read-only; remount it"
            case .notPermitted: "it is immutable; run 'chattr -i' on it"
            default: "the disk reports an input/output error"
            }
        return HostError(code, "cannot change '\(path)': \(reason)")
    }
}
