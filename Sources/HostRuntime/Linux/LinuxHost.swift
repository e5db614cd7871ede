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

    /// Where the directory that is kept open is; nil where each call opens its own.
    private let kept: KeptDirectory?

    /// Makes a host.
    ///
    /// `systemd` is nil for every root but `/`, and where there is no systemd.
    public convenience init(root: RootDirectory, systemd: SystemdConnection?) {
        self.init(root, systemd, keeping: nil)
    }

    private init(_ root: RootDirectory, _ systemd: SystemdConnection?, keeping kept: KeptDirectory?) {
        precondition(root.isHostRoot || systemd == nil, "the units of another root are not those of this systemd")
        self.root = root
        self.systemd = systemd
        self.kept = kept
        canChangeOwner = geteuid() == 0
    }

    /// This host, with the directory of one path kept open for the next path in it.
    public func keepingDirectories() -> LinuxHost { LinuxHost(root, systemd, keeping: KeptDirectory()) }

    /// Whether the directory of one path is kept open for the next.
    var isKeepingDirectories: Bool { kept != nil }

    /// Opens the directory that holds a path, unless it is kept open.
    func place(of path: String) throws(LinuxIOError) -> Place {
        if let kept { try kept.place(of: path, in: root) } else { try root.openPlace(of: path) }
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
