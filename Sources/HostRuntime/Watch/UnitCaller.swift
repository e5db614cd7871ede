import LinuxIO
import Model

/// Who asked systemd to do something with a unit.
///
/// systemd keeps no record of callers, so an execution of `systemctl` or `busctl` shortly before, with the unit among
/// its arguments, is named as correlated; PID 1 never is.
enum UnitCaller {
    private static let programs: Set<String> = ["systemctl", "busctl"]
    /// Clock ticks a second of process start times (`USER_HZ`).
    private static let ticks: Double = 100

    /// The caller of an operation on a unit that was noticed at a boot time in seconds.
    static func actor(of unit: String, noticedAt boot: Double, cache: ExecCache) -> DriftActor {
        let recent = cache.recent { process in
            let age = boot - Double(process.startTime) / ticks
            return age > -1 && age < window && isCaller(process, of: unit)
        }
        // Two different callers in the window: nobody can say which one it was.
        guard let first = recent.first,
            Set(recent.map(\.pid)).count == 1
                || recent.allSatisfy({ $0.uid == first.uid && $0.arguments == first.arguments })
        else {
            let why =
                recent.isEmpty
                ? "systemd records no caller, and no systemctl or busctl was seen"
                : "several callers were seen at the time"
            return DriftActor(unknown: "the caller is not known: \(why)")
        }
        return DriftActor(first, confidence: "correlated")
    }

    private static let window: Double = 15

    private static func isCaller(_ process: ProcessInformation, of unit: String) -> Bool {
        guard let name = process.executable?.lastPathComponent, programs.contains(String(name)) else {
            return false
        }
        let stem = unit.hasSuffix(".service") ? String(unit.dropLast(8)) : unit
        return process.arguments.dropFirst().contains { $0 == unit || $0 == stem }
    }
}
