/// What is known of a host that conditions may depend on: `input.host.facts` of every `when`.
///
/// What could not be read is absent; nothing is guessed.
public struct HostFacts: Codable, Sendable, Hashable {
    /// What `os-release` says.
    public var os: OperatingSystem?
    /// The kernel that runs.
    public var kernel: Kernel?
    /// The architecture as `uname -m` names it, such as `x86_64` or `aarch64`.
    public var architecture: String?
    /// The name of the host.
    public var hostname: String?
    /// How many processors are online.
    public var cpus: Int?
    /// The memory.
    public var memory: Memory?
    /// The addresses of the network interfaces, in the order of interfaces and addresses.
    public var addresses: [Address]?
    /// The service manager.
    public var systemd: SystemdVersion?

    /// Makes facts of which nothing is known.
    public init() {}

    /// The distribution, from `os-release`.
    public struct OperatingSystem: Codable, Sendable, Hashable {
        /// `ID`, such as `debian`.
        public var id: String?
        /// `ID_LIKE`, the closest first.
        public var idLike: [String]?
        /// `NAME`.
        public var name: String?
        /// `PRETTY_NAME`.
        public var prettyName: String?
        /// `VERSION`.
        public var version: String?
        /// `VERSION_ID`, such as `12`: text, for `24.04` is no number.
        public var versionID: String?
        /// `VERSION_CODENAME`, such as `bookworm`.
        public var versionCodename: String?
        /// `VARIANT_ID`.
        public var variantID: String?

        /// Makes a distribution of which nothing is known.
        public init() {}
    }

    /// The kernel.
    public struct Kernel: Codable, Sendable, Hashable {
        /// The system, `Linux`.
        public var name: String
        /// The release, such as `6.1.0-18-amd64`.
        public var release: String
        /// The first numbers of the release, such as `6.1.0`, where it begins with numbers.
        public var version: String?

        /// Takes the version from the release.
        public init(name: String, release: String) {
            self.name = name
            self.release = release
            let numbers = release.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            let parts = numbers.split(separator: ".", omittingEmptySubsequences: true)
            version = parts.isEmpty ? nil : parts.joined(separator: ".")
        }
    }

    /// The memory.
    public struct Memory: Codable, Sendable, Hashable {
        /// What the kernel may use, in bytes.
        public var totalBytes: Int64

        /// Makes a memory.
        public init(totalBytes: Int64) { self.totalBytes = totalBytes }
    }

    /// An address of an interface.
    public struct Address: Codable, Sendable, Hashable {
        /// The interface, such as `eth0`.
        public var interface: String
        /// The address, such as `192.0.2.7`.
        public var address: String
        /// How many bits name the network.
        public var prefixLength: Int
        /// `ipv4` or `ipv6`.
        public var family: String
        /// `host` for a loopback address, `link` for one that only its network reaches, else `global`.
        public var scope: String

        /// Makes an address.
        public init(interface: String, address: String, prefixLength: Int, family: String, scope: String) {
            self.interface = interface
            self.address = address
            self.prefixLength = prefixLength
            self.family = family
            self.scope = scope
        }
    }

    /// The service manager.
    public struct SystemdVersion: Codable, Sendable, Hashable {
        /// The version, such as `252`.
        public var version: Int
        /// The version with that of the package, such as `252.39-1~deb12u1`.
        public var release: String

        /// Reads the version off the release; nil where it begins with no number.
        public init?(release: String) {
            guard let version = Int(release.prefix { $0.isASCII && $0.isNumber }) else { return nil }
            self.version = version
            self.release = release
        }
    }
}

extension HostFacts {
    /// Whether nothing is known.
    public var isEmpty: Bool { self == HostFacts() }

    /// What changes with any fact.
    public var digest: ContentDigest {
        // The members are text, numbers and lists of them: each has a canonical form.
        let json = (try? JSONValue(encoding: self)) ?? .null
        return ContentDigest(hashing: json.canonicalBytes)
    }
}
