import Glibc
import LinuxIO
import Model
import Synchronization
import TestSupport
import Testing

@testable import HostRuntime

@Suite struct FactsReaderTests {
    /// A root with recorded files, some of them symbolic links (`-> TARGET`), and a kernel that answers as recorded.
    private func withHost(
        _ files: [String: String], isHost: Bool = true,
        addresses: @escaping @Sendable () throws -> [InterfaceAddress] = { [] },
        systemd: @escaping @Sendable () throws -> String? = { "252.39-1~deb12u1" },
        _ body: (FactsReader, String) throws -> Void
    ) throws {
        try withTemporaryDirectory("facts") { directory in
            for (path, text) in files.sorted(by: { $0.key < $1.key }) {
                var parent = directory
                for component in path.split(separator: "/").dropLast() {
                    parent += "/\(component)"
                    mkdir(parent, 0o755)
                }
                if text.hasPrefix("-> ") {
                    try #require(symlink(String(text.dropFirst(3)), directory + path) == 0)
                } else {
                    try Self.write(text, to: directory + path)
                }
            }
            let root = try RootDirectory(path: directory)
            let running = FactsReader.Running(
                kernel: { KernelIdentity(name: "Linux", release: "6.1.0-18-amd64", machine: "x86_64") },
                addresses: addresses, serviceManager: systemd)
            try body(isHost ? FactsReader(root: root, running: running) : FactsReader(tree: root), directory)
        }
    }

    private static func write(_ text: String, to path: String) throws {
        let file = creat(path, 0o644)
        try #require(file >= 0)
        defer { close(file) }
        let bytes = Array(text.utf8)
        try #require(Glibc.write(file, bytes, bytes.count) == bytes.count)
    }

    private static let recorded = [
        "/etc/os-release": "-> ../usr/lib/os-release",
        "/usr/lib/os-release": """
        PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
        NAME="Debian GNU/Linux"
        VERSION_ID="12"
        VERSION="12 (bookworm)"
        VERSION_CODENAME=bookworm
        ID=debian
        HOME_URL="https://www.debian.org/"

        """,
        "/proc/sys/kernel/hostname": "edge-1\n",
        "/proc/meminfo": "MemTotal:        8048416 kB\nMemFree:          123456 kB\n",
        "/sys/devices/system/cpu/online": "0-3,6\n",
    ]

    @Test func `recorded files of a host give its facts`() throws {
        try withHost(
            Self.recorded,
            addresses: {
                [
                    InterfaceAddress(
                        interface: "lo", family: .ipv6, bytes: [UInt8](repeating: 0, count: 15) + [1],
                        prefixLength: 128),
                    InterfaceAddress(interface: "lo", family: .ipv4, bytes: [127, 0, 0, 1], prefixLength: 8),
                    InterfaceAddress(
                        interface: "eth0", family: .ipv6,
                        bytes: [0xFE, 0x80] + [UInt8](repeating: 0, count: 13) + [7], prefixLength: 64),
                    InterfaceAddress(interface: "eth0", family: .ipv4, bytes: [192, 0, 2, 7], prefixLength: 24),
                ]
            }
        ) { reader, _ in
            let expected = try JSONValue(
                parsing: """
                    {"os": {"id": "debian", "name": "Debian GNU/Linux", "version": "12 (bookworm)",
                      "prettyName": "Debian GNU/Linux 12 (bookworm)", "versionID": "12",
                      "versionCodename": "bookworm"},
                     "kernel": {"name": "Linux", "release": "6.1.0-18-amd64", "version": "6.1.0"},
                     "architecture": "x86_64", "hostname": "edge-1", "cpus": 5,
                     "memory": {"totalBytes": 8241577984},
                     "addresses": [
                      {"interface": "eth0", "address": "192.0.2.7", "prefixLength": 24, "family": "ipv4",
                       "scope": "global"},
                      {"interface": "eth0", "address": "fe80::7", "prefixLength": 64, "family": "ipv6",
                       "scope": "link"},
                      {"interface": "lo", "address": "127.0.0.1", "prefixLength": 8, "family": "ipv4",
                       "scope": "host"},
                      {"interface": "lo", "address": "::1", "prefixLength": 128, "family": "ipv6",
                       "scope": "host"}],
                     "systemd": {"version": 252, "release": "252.39-1~deb12u1"}}
                    """)
            let facts = reader.read()
            #expect(try JSONValue(encoding: facts) == expected)
            #expect(facts.digest == reader.read().digest)
        }
    }

    @Test func `what cannot be read is absent, and nothing is invented`() throws {
        try withHost([:], addresses: { throw LinuxIOError(code: .noEntry, call: "getifaddrs") }, systemd: { nil }) {
            reader, _ in
            var expected = HostFacts()
            expected.kernel = HostFacts.Kernel(name: "Linux", release: "6.1.0-18-amd64")
            expected.architecture = "x86_64"
            #expect(reader.read() == expected)
        }
    }

    @Test func `files that say something else are passed over`() throws {
        let files = [
            "/etc/os-release": "ID=\"unclosed\nID_LIKE\n=x\n", "/proc/meminfo": "MemTotal: many kB\n",
            "/proc/sys/kernel/hostname": "(none)\n", "/sys/devices/system/cpu/online": "0-3,x\n",
            "/usr/lib/os-release": "ID=other\n",
        ]
        try withHost(files, systemd: { "unknown" }) { reader, _ in
            let facts = reader.read()
            #expect(facts.os == nil && facts.memory == nil && facts.hostname == nil && facts.cpus == nil)
            #expect(facts.systemd == nil && facts.addresses == [])
        }
    }

    @Test func `a file that is too large, or a circle of links, is absent`() throws {
        let files = [
            "/etc/os-release": "-> os-release", "/usr/lib/x": "x",
            "/proc/sys/kernel/hostname": String(repeating: "a", count: 100_000),
        ]
        try withHost(files) { reader, _ in
            let facts = reader.read()
            #expect(facts.os == nil && facts.hostname == nil)
        }
    }

    @Test func `a link to os-release never leaves the tree`() throws {
        let files = ["/etc/os-release": "-> ../../../../../../usr/lib/os-release", "/usr/lib/os-release": "ID=tree\n"]
        try withHost(files, isHost: false) { reader, _ in #expect(reader.read().os?.id == "tree") }
    }

    @Test func `a tree has a distribution and a name, and nothing runs in it`() throws {
        let files = [
            "/etc/os-release": "ID='image'\nID_LIKE=\"debian ubuntu\"\n", "/etc/hostname": "# set by hand\nweb-7\n",
            "/proc/meminfo": "MemTotal: 1 kB\n",
        ]
        try withHost(files, isHost: false) { reader, _ in
            var expected = HostFacts()
            expected.hostname = "web-7"
            expected.os = HostFacts.OperatingSystem()
            expected.os?.id = "image"
            expected.os?.idLike = ["debian", "ubuntu"]
            #expect(reader.read() == expected)
        }
    }

    @Test func `a service manager that does not answer for once has not gone`() throws {
        let answers = Answers()
        try withHost([:], systemd: { try answers.next() }) { reader, _ in
            #expect(reader.read().systemd?.version == 254)
            #expect(reader.read().systemd?.version == 254)
        }
    }

    @Test(arguments: [
        ("0\n", 1), ("0-3\n", 4), ("0,2-3,8\n", 4), ("\n", nil), ("3-0\n", nil), ("0-\n", nil), ("0-1-2\n", nil),
        ("0-99999999999\n", nil),
    ])
    func `lists of processors are counted`(text: String, count: Int?) {
        #expect(FactsReader.count(ofRanges: text) == count)
    }

    @Test func `this host has a kernel, a name, memory and processors`() throws {
        let facts = FactsReader(host: try RootDirectory(path: "/"), systemd: nil).read()
        #expect(facts.kernel?.name == "Linux" && facts.architecture?.isEmpty == false)
        #expect(facts.hostname?.isEmpty == false)
        #expect(facts.memory.map { $0.totalBytes > 1 << 20 } == true && facts.cpus.map { $0 > 0 } == true)
        #expect(facts.systemd == nil)
    }
}

/// A version, then a failure.
private final class Answers: Sendable {
    private let count = Mutex(0)

    func next() throws -> String {
        let number = count.withLock { count in
            count += 1
            return count
        }
        guard number == 1 else { throw LinuxIOError(code: .noEntry, call: "connect") }
        return "254 (v254.1)"
    }
}
