import LinuxIO

/// What the kernel says of changes that facts depend on.
struct FactEvents {
    private static let routes: Int32 = 0
    /// Addresses of IPv4 and IPv6.
    private static let groups: UInt32 = 0x10 | 0x100
    private static let names: Set<String> = ["os-release"]

    /// The name of the host, as a file that can be waited for.
    private final class NameFile: Sendable {
        let descriptor: FileDescriptor

        init() throws {
            descriptor = try DirectoryHandle(trustedPath: "/proc/sys/kernel").openForReading("hostname")
        }
    }

    private let wake: EventDescriptor
    private let name: NameFile?
    private let addresses: NetlinkGroup?
    private let files: Inotify?
    private var isNameChanged = false

    /// Opens what the kernel offers; what it refuses is not watched.
    init(wake: EventDescriptor, directories: [String] = ["/etc", "/usr/lib"]) {
        self.wake = wake
        name = try? NameFile()
        addresses = try? NetlinkGroup(protocol: Self.routes, groups: Self.groups)
        files = try? Inotify()
        for path in directories {
            guard let directory = try? DirectoryHandle(trustedPath: path) else { continue }
            _ = try? files?.watch(directory)
        }
    }

    /// Waits until something may have changed, or somebody wakes, or the time is over.
    mutating func wait(timeout: Duration?) throws {
        var poll = Poll()
        poll.add(wake.rawValue)
        if let addresses { poll.add(addresses.rawValue) }
        if let files { poll.add(files.rawValue) }
        let place = name.map { poll.add($0.descriptor.rawValue, for: .exceptional) }
        try poll.wait(timeout: timeout)
        if let place, !poll.ready(place).isEmpty { isNameChanged = true }
    }

    /// Waits until somebody wakes, or the time is over.
    func waitForWake(timeout: Duration) throws {
        var poll = Poll()
        poll.add(wake.rawValue)
        try poll.wait(timeout: timeout)
    }

    /// Whether something happened that facts may depend on; what waits is taken.
    mutating func take() -> Bool {
        var isChanged = isNameChanged
        isNameChanged = false
        if addresses?.take() == true { isChanged = true }
        while let events = try? files?.read(), !events.isEmpty {
            for event in events where event.name.map(Self.names.contains) ?? true { isChanged = true }
        }
        return isChanged
    }
}
