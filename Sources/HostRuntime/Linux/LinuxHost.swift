public import LinuxIO
public import Model
internal import Glibc
internal import Systemd

/// The host that the daemon runs on, or the tree under `--root`: files through directory descriptors that nobody can
/// move from under it, units over sd-bus.
public final class LinuxHost: HostMutating {
    /// The tree that paths are in.
    let root: RootDirectory
    /// The way to systemd; nil where units are not managed.
    let systemd: SystemdConnection?
    /// Whether owner and group can be changed: they need root.
    public let canChangeOwner: Bool

    /// Makes a host.
    ///
    /// `systemd` is nil for every root but `/`, and where there is no systemd.
    public init(root: RootDirectory, systemd: SystemdConnection?) {
        precondition(root.isHostRoot || systemd == nil, "the units of another root are not those of this systemd")
        self.root = root
        self.systemd = systemd
        canChangeOwner = geteuid() == 0
    }

    /// Whether units can be observed and changed here.
    public var hasUnits: Bool { systemd != nil }

    /// The wall clock.
    public func wallTime() -> WallTime { WallTime(nanoseconds: wallClockNow().nanosecondsSinceEpoch) }

    /// Nanoseconds since boot.
    public func bootTime() -> Int64 {
        let (seconds, attoseconds) = bootTimeNow().components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}

extension LinuxHost {
    /// Does something to a path and says of a failure what was tried, on what, why and what to do.
    func attempt<Result: ~Copyable>(
        _ verb: StaticString, _ path: String, _ body: () throws(LinuxIOError) -> Result
    ) throws(HostError) -> Result {
        do throws(LinuxIOError) {
            return try body()
        } catch {
            throw LinuxFailure(verb: "\(verb)", path: path, root: root).hostError(error)
        }
    }
}
