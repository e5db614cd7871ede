/// One line of `/proc/self/mountinfo`.
public struct MountInformation: Sendable, Equatable {
    /// The id of the mount, as `FileStatus.mountID` has it.
    public let id: UInt64
    /// The id of the mount that this one stands on.
    public let parentID: UInt64
    /// The device, as `FileStatus.device` has it.
    public let device: UInt64
    /// The directory of the file system that is mounted.
    public let root: String
    /// Where it is mounted.
    public let mountPoint: String
    /// The options of this mount, for example `ro` or `noexec`.
    public let options: [String]
    /// The type of the file system.
    public let type: String
    /// What is mounted.
    public let source: String
    /// The options of the file system itself.
    public let superOptions: [String]

    /// Whether it cannot be written through this mount.
    public var isReadOnly: Bool { options.contains("ro") || superOptions.contains("ro") }

    /// Parses one line, or returns nil if it is not one.
    public init?(line: Substring) {
        let fields = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard fields.count >= 10, let dash = fields[6...].firstIndex(of: "-"), fields.count >= dash + 4,
            let id = UInt64(fields[0]), let parentID = UInt64(fields[1]),
            let device = Self.device(fields[2])
        else { return nil }
        self.id = id
        self.parentID = parentID
        self.device = device
        root = Self.unescaped(fields[3])
        mountPoint = Self.unescaped(fields[4])
        options = fields[5].split(separator: ",").map(String.init)
        type = fields[dash + 1]
        source = Self.unescaped(fields[dash + 2])
        superOptions = fields[dash + 3].split(separator: ",").map(String.init)
    }

    /// Parses a whole table; lines that are not understood are left out.
    public static func parse(_ text: String) -> [MountInformation] {
        text.split(separator: "\n").compactMap { MountInformation(line: $0) }
    }

    /// Reads the mounts that this process sees.
    public static func current() throws(LinuxIOError) -> [MountInformation] {
        parse(String(decoding: try readFile("/proc/self/mountinfo", limit: 16 << 20), as: UTF8.self))
    }

    /// Opens the table for `Poll`, which finds it `exceptional` whenever something is mounted or unmounted.
    public static func openTable() throws(LinuxIOError) -> FileDescriptor {
        try DirectoryHandle(trustedPath: "/proc/self").openForReading("mountinfo")
    }

    private static func device(_ field: String) -> UInt64? {
        let parts = field.split(separator: ":")
        guard parts.count == 2, let major = UInt32(parts[0]), let minor = UInt32(parts[1]) else { return nil }
        return FileStatus.device(major: major, minor: minor)
    }

    /// The kernel writes space, tab, newline and backslash as `\` and three octal digits.
    private static func unescaped(_ field: String) -> String {
        guard field.utf8.contains(UInt8(ascii: "\\")) else { return field }
        let bytes = Array(field.utf8)
        var plain: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\\"), index + 3 < bytes.count,
                let value = UInt8(String(decoding: bytes[(index + 1)...(index + 3)], as: UTF8.self), radix: 8)
            {
                plain.append(value)
                index += 4
            } else {
                plain.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: plain, as: UTF8.self)
    }
}
