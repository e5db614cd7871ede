/// The type of a unit, which the suffix of its name gives.
public enum UnitType: String, Sendable, CaseIterable {
    /// A process or a group of processes.
    case service
    /// An IPC or network socket, or a FIFO.
    case socket
    /// A group of units.
    case target
    /// A kernel device.
    case device
    /// A mount point.
    case mount
    /// A mount point that is mounted on use.
    case automount
    /// A swap device or file.
    case swap
    /// A timer that activates another unit.
    case timer
    /// A watched path that activates another unit.
    case path
    /// A node of the resource control tree.
    case slice
    /// A group of processes that systemd did not start.
    case scope

    /// The D-Bus interface with the properties that only this type has.
    public var interface: String {
        "org.freedesktop.systemd1." + rawValue.prefix(1).uppercased() + rawValue.dropFirst()
    }
}
