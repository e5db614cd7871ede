import FoundationEssentials
import Glibc
import LinuxIO
import Testing

@testable import HostRuntime

/// The program of `Tests/Attacker`, built and started against a tree.
struct Attackers: Sendable {
    /// The unprivileged user that it becomes, and to whom the managed directories belong.
    static let user: UInt32 = 54_321
    private static let source: String = {
        let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/" + here + "/Attacker/attacker.c"
    }()

    /// The built program.
    let program: String

    /// Builds the program in a directory.
    init(in directory: String) throws {
        program = directory + "/attacker"
        let built = try ChildCommand(
            arguments: ["/usr/bin/gcc", "-O1", "-o", program, Self.source], environment: ["PATH=/usr/bin:/bin"],
            outputMaximum: 4_096
        ).run(timeout: .seconds(120))
        try #require(built.status == 0, "\(built.output)")
    }

    /// Swaps names until it has made `count` swaps; returns how many it made.
    func swap(_ root: String, count: Int, seed: UInt64, parents: [String], names: [String]) throws -> Int {
        try run(["swap", root, "\(Self.user)", "\(count)", "100", "\(seed)", parents, names])
    }

    /// Mounts and unmounts until it is stopped; returns how often it did.
    func mount(_ root: String, seed: UInt64, places: [String]) throws -> Int {
        try run(["mount", root, "0", "0", "5000", "\(seed)", places])
    }

    private func run(_ arguments: [any Sendable]) throws -> Int {
        let texts = arguments.map { ($0 as? [String])?.joined(separator: ":") ?? "\($0)" }
        let result = try ChildCommand(arguments: [program] + texts, environment: [], outputMaximum: 4_096)
            .run(timeout: .seconds(3_600))
        let made = Int(result.output.trimmingPrefix(while: \.isWhitespace).prefix(while: \.isNumber))
        return try #require(result.status == 0 ? made : nil, "the attacker ended with \(result)")
    }
}

/// Files that nobody declared, of known bytes, owner, mode and attributes.
struct Victims {
    /// What is known of one path.
    struct State: Equatable, CustomStringConvertible {
        var type: UInt32
        var owner: UInt32
        var group: UInt32
        var mode: UInt32
        var modified: Int
        var attributes: ExtendedAttributes
        var bytes: [UInt8]?

        var description: String {
            "type \(type), \(owner):\(group), mode \(String(mode, radix: 8)), \(bytes?.count ?? 0) bytes"
        }
    }

    let root: String
    private(set) var states: [String: State] = [:]

    /// The bytes of each victim are its own, so that they would be found wherever they were read to.
    static func bytes(_ name: String) -> [UInt8] { Array("the secret of \(name), which nobody declared\n".utf8) }

    /// Names that the attacker links to, some of which are declared elsewhere.
    static let names = ["shadow", "passwd", "su", "conf", "meta", "x"]
    /// What is below the directory that is mounted over others.
    static let privateNames = ["conf", "x", "meta", "deeper/x"]

    init(in root: String) throws {
        self.root = root
        try make("/victims/private/deeper")
        chmod(root + "/victims/private", 0o700)
        for (index, name) in Self.names.enumerated() {
            let modes: [mode_t] = [0o600, 0o644, 0o4755, 0o640, 0o400, 0o666]
            try write("/victims/" + name, modes[index])
        }
        for name in Self.privateNames { try write("/victims/private/" + name, 0o604) }
        let all = Self.names + Self.privateNames.map { "private/" + $0 } + ["private", "private/deeper"]
        for name in all.map({ "/victims/" + $0 }) + ["/victims"] { states[name] = try Self.state(root + name) }
    }

    /// What differs from the beginning.
    func differences() -> [String] {
        states.sorted { $0.key < $1.key }.compactMap { path, state in
            let now = try? Self.state(root + path)
            return now == state ? nil : "\(path): \(state) became \(now.map(\.description) ?? "nothing")"
        }
    }

    private func make(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: root + path, withIntermediateDirectories: true)
    }

    private func write(_ path: String, _ mode: mode_t) throws {
        let number = open(root + path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        try #require(number >= 0)
        defer { close(number) }
        let bytes = Self.bytes(path)
        #expect(bytes.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) } == bytes.count)
        fchmod(number, mode)
    }

    private static func attributes(_ path: String) throws -> ExtendedAttributes {
        try RootDirectory(path: "/").openParent(of: path).directory.extendedAttributes(of: ExecutorPath.name(of: path))
    }

    private static func state(_ path: String) throws -> State {
        var raw = stat()
        try #require(lstat(path, &raw) == 0, "'\(path)' is gone")
        let isFile = raw.st_mode & S_IFMT == S_IFREG
        // Making links to a file moves the time of its last change, not that of its last modification.
        return State(
            type: raw.st_mode & S_IFMT, owner: raw.st_uid, group: raw.st_gid, mode: raw.st_mode & 0o7777,
            modified: raw.st_mtim.tv_sec * 1_000_000_000 + raw.st_mtim.tv_nsec,
            attributes: try attributes(path),
            bytes: isFile ? FileManager.default.contents(atPath: path).map(Array.init) : nil)
    }
}
