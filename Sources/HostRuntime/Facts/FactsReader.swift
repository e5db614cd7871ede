public import LinuxIO
public import Model
import Synchronization
import Systemd

/// Reads the facts of a host, or of a tree.
///
/// Every read is bounded, and what cannot be read is absent. Blocks; any thread may ask.
public final class FactsReader: Sendable {
    /// What is asked of the running kernel and its programs rather than read from files.
    struct Running: Sendable {
        var kernel: @Sendable () -> KernelIdentity?
        var addresses: @Sendable () throws -> [InterfaceAddress]
        /// The version of the service manager as it gives it; nil where there is none.
        var serviceManager: @Sendable () throws -> String?
    }

    /// Files are small; what is larger is none of those that are meant.
    private static let fileMaximum = 64 << 10
    /// Links to follow from `/etc/os-release`.
    private static let linksMaximum = 8
    private static let addressesMaximum = 1_024
    private static let serviceManagerTimeout = Duration.seconds(5)

    private let root: RootDirectory
    private let running: Running?
    /// What the service manager said last, for when it is busy with itself.
    private let serviceManager = Mutex<HostFacts.SystemdVersion?>(nil)

    /// Reads a host: its files below `root`, and what runs.
    init(root: RootDirectory, running: Running) {
        self.root = root
        self.running = running
    }

    /// Reads the host of which `root` is the root directory.
    public convenience init(host root: RootDirectory, systemd: SystemdConnection?) {
        self.init(
            root: root,
            running: Running(
                kernel: { KernelIdentity.current() }, addresses: { try InterfaceAddress.current() },
                serviceManager: { try systemd?.manager().version(timeout: Self.serviceManagerTimeout) }))
    }

    /// Reads a tree that is no host: it has a distribution and perhaps a name, and nothing runs in it.
    public init(tree root: RootDirectory) {
        self.root = root
        running = nil
    }

    /// The facts as they are now.
    public func read() -> HostFacts {
        var facts = HostFacts()
        facts.os = operatingSystem()
        guard let running else {
            facts.hostname = name(in: "/etc/hostname")
            return facts
        }
        if let kernel = running.kernel() {
            facts.kernel = HostFacts.Kernel(name: kernel.name, release: kernel.release)
            facts.architecture = kernel.machine
        }
        facts.hostname = name(in: "/proc/sys/kernel/hostname")
        facts.cpus = text("/sys/devices/system/cpu/online").flatMap(Self.count(ofRanges:))
        facts.memory = text("/proc/meminfo").flatMap(Self.memory)
        facts.addresses = addresses(running)
        facts.systemd = version(running)
        return facts
    }

    private func operatingSystem() -> HostFacts.OperatingSystem? {
        for path in ["/etc/os-release", "/usr/lib/os-release"] {
            if let target = target(of: path), let text = text(target) { return OSRelease.parse(text) }
        }
        return nil
    }

    /// The regular file that a path leads to, through links, within the root.
    private func target(of path: String) -> String? {
        var path = path
        for _ in 0..<Self.linksMaximum {
            guard let status = try? root.status(of: path) else { return nil }
            guard status.type == .symbolicLink else { return path }
            guard let parent = try? root.openParent(of: path),
                let link = try? parent.directory.readLink(parent.name)
            else { return nil }
            path = Self.resolved(link, from: path)
        }
        return nil
    }

    /// A path that a link at another leads to; a `..` at the root stays there.
    private static func resolved(_ link: String, from path: String) -> String {
        var components = link.hasPrefix("/") ? [] : path.split(separator: "/").dropLast().map(String.init)
        for component in link.split(separator: "/") where component != "." {
            if component == ".." { _ = components.popLast() } else { components.append(String(component)) }
        }
        return "/" + components.joined(separator: "/")
    }

    private func text(_ path: String) -> String? {
        guard let bytes = try? root.readFile(path, limit: Self.fileMaximum) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The first line of a file that holds a name; comments are passed over, as in `/etc/hostname`.
    private func name(in path: String) -> String? {
        let lines = text(path)?.split(whereSeparator: \.isNewline) ?? []
        let line = lines.first { !$0.hasPrefix("#") }.map { $0.split(separator: " ").first.map(String.init) ?? "" }
        guard let line, !line.isEmpty, line != "(none)" else { return nil }
        return line
    }

    /// How many numbers ranges such as `0-3,6` name; nil where that is no list of ranges.
    static func count(ofRanges text: String) -> Int? {
        var count = 0
        for range in text.prefix(while: { !$0.isNewline }).split(separator: ",") {
            let ends = range.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first >= 0,
                first <= last, last < 1 << 20
            else { return nil }
            count += last - first + 1
        }
        return count == 0 ? nil : count
    }

    /// `MemTotal` of `/proc/meminfo`.
    static func memory(_ text: String) -> HostFacts.Memory? {
        for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("MemTotal:") {
            let words = line.split(separator: " ")
            guard words.count == 3, words[2] == "kB", let kibibytes = Int64(words[1]), kibibytes >= 0,
                kibibytes < 1 << 50
            else { return nil }
            return HostFacts.Memory(totalBytes: kibibytes << 10)
        }
        return nil
    }

    private func addresses(_ running: Running) -> [HostFacts.Address]? {
        guard let found = try? running.addresses() else { return nil }
        let addresses = found.map { address in
            HostFacts.Address(
                interface: address.interface, address: address.text, prefixLength: address.prefixLength,
                family: address.family.rawValue, scope: Self.scope(of: address))
        }
        // The kernel's order is that of making; the same addresses are to be the same facts.
        let ordered = addresses.sorted {
            ($0.interface, $0.family, $0.address, $0.prefixLength)
                < ($1.interface, $1.family, $1.address, $1.prefixLength)
        }
        return Array(ordered.prefix(Self.addressesMaximum))
    }

    private static func scope(of address: InterfaceAddress) -> String {
        let bytes = address.bytes
        switch address.family {
        case .ipv4:
            if bytes[0] == 127 { return "host" }
            return bytes[0] == 169 && bytes[1] == 254 ? "link" : "global"
        case .ipv6:
            if bytes.dropLast().allSatisfy({ $0 == 0 }), bytes.last == 1 { return "host" }
            return bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80 ? "link" : "global"
        }
    }

    private func version(_ running: Running) -> HostFacts.SystemdVersion? {
        do {
            guard let release = try running.serviceManager() else { return nil }
            let version = HostFacts.SystemdVersion(release: release)
            serviceManager.withLock { $0 = version }
            return version
        } catch {
            // A manager that is being executed anew answers in a moment; it has not gone.
            return serviceManager.withLock { $0 }
        }
    }
}

extension FactsReader {
    /// Reads the host on which this process runs; systemd is asked over a connection of its own.
    public static func ofThisHost() throws(LinuxIOError) -> FactsReader {
        FactsReader(
            host: try RootDirectory(path: "/"),
            systemd: SystemdConnection { () throws(SystemdError) in
                try SystemManager(timeout: serviceManagerTimeout)
            })
    }
}
