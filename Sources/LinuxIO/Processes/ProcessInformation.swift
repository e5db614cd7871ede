internal import CLinux
internal import Glibc

/// What `/proc` says about one process.
public struct ProcessInformation: Sendable, Hashable {
    /// The number of the process.
    public var pid: Int32
    /// The process that started it, or that took it over.
    public var parentPID: Int32
    /// When it started, in clock ticks since boot: with the number it tells it from every other process of this boot.
    public var startTime: UInt64
    /// The name that it gave itself; 15 bytes of anything.
    public var comm: String
    /// The file that it executes, nil for kernel threads and where this process may not look.
    public var executable: String?
    /// Its arguments, as far as the first 4 KiB reach.
    public var arguments: [String]
    /// The user in whose name it acts (effective).
    public var uid: UInt32
    /// The group in whose name it acts (effective).
    public var gid: UInt32
    /// The user who logged in, whatever the process became since; nil for services.
    public var loginUID: UInt32?
    /// The control group in systemd's hierarchy, for example `/system.slice/nginx.service`.
    public var cgroup: String?
    /// The processes from which it descends, the parent first, where they were looked for.
    public var ancestors: [ProcessAncestor] = []

    /// Makes information, for hosts that are simulated.
    public init(
        pid: Int32, parentPID: Int32 = 0, startTime: UInt64, comm: String, executable: String? = nil,
        arguments: [String] = [], uid: UInt32 = 0, gid: UInt32 = 0, loginUID: UInt32? = nil,
        cgroup: String? = nil
    ) {
        self.pid = pid
        self.parentPID = parentPID
        self.startTime = startTime
        self.comm = comm
        self.executable = executable
        self.arguments = arguments
        self.uid = uid
        self.gid = gid
        self.loginUID = loginUID
        self.cgroup = cgroup
    }

    /// The arguments in one line.
    public var commandLine: String { arguments.joined(separator: " ") }

    /// The systemd unit that it belongs to, for example `nginx.service`, `session-3.scope` or `user@1000.service`.
    public var unit: String? { cgroup.flatMap(ControlGroup.unit(inPath:)) }

    /// The login session that it belongs to, for example `3`.
    public var session: String? { cgroup.flatMap(ControlGroup.session(inPath:)) }
}

extension ProcessInformation {
    /// The most that is read of a command line.
    public static let commandLineMaximum = 4_096

    /// Reads what `/proc` says about a process, or returns nil if there is none with that number.
    ///
    /// All of it is about one and the same process: its directory is opened once, and stays with it when the number is
    /// reused. `isPresent` says, once it is open, whether the process that is meant still had its number; nil is
    /// returned when it had not.
    public static func read(pid: Int32, isPresent: () -> Bool = { true }) -> ProcessInformation? {
        guard pid > 0 else { return nil }
        let result = uninterrupted {
            cl_openat(Int32(AT_FDCWD), "/proc/\(pid)", CL_O_PATH | Int32(O_DIRECTORY), 0)
        }
        guard result >= 0 else { return nil }
        let directory = FileDescriptor(owning: Int32(result))
        guard isPresent() else { return nil }
        guard let statBytes = contents("stat", in: directory, limit: 4_096),
            let stat = ProcessStat(String(decoding: statBytes, as: UTF8.self)), stat.pid == pid,
            let statusBytes = contents("status", in: directory, limit: 16_384),
            let user = ProcessStatus(String(decoding: statusBytes, as: UTF8.self))
        else { return nil }
        return ProcessInformation(
            pid: pid, parentPID: stat.parentPID, startTime: stat.startTime, comm: stat.comm,
            executable: executable(in: directory),
            arguments: parseArguments(contents("cmdline", in: directory, limit: commandLineMaximum) ?? []),
            uid: user.uid, gid: user.gid, loginUID: number("loginuid", in: directory),
            cgroup: contents("cgroup", in: directory, limit: 65_536).flatMap {
                ControlGroup.path(inTable: String(decoding: $0, as: UTF8.self))
            })
    }

    /// The arguments in the NUL-separated form of `/proc/PID/cmdline`; one that was cut off stays cut.
    static func parseArguments(_ bytes: [UInt8]) -> [String] {
        var parts = bytes.split(separator: 0, omittingEmptySubsequences: false)
        if parts.last?.isEmpty == true { parts.removeLast() }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Reads at most `limit` bytes and leaves the rest.
    static func contents(
        _ name: String, in directory: borrowing FileDescriptor, limit: Int
    ) -> [UInt8]? {
        let result = uninterrupted { cl_openat(directory.rawValue, name, Int32(O_RDONLY), 0) }
        guard result >= 0 else { return nil }
        let file = FileDescriptor(owning: Int32(result))
        var bytes: [UInt8] = []
        // Most of these files are short; memory for the longest would be taken from all threads and given back.
        let isRead = withUnsafeTemporaryAllocation(byteCount: pieceSize, alignment: 16) { piece in
            while bytes.count < limit {
                let size = min(piece.count, limit - bytes.count)
                // Safety: the read stays within the piece, and only what was read is taken from it.
                let count = uninterrupted { cl_read(file.rawValue, piece.baseAddress, size) }
                if count < 0 { return false }
                bytes.append(contentsOf: piece[..<count])
                // Each of these files is one record of the kernel's, of which as much is read as there is room for.
                if count < size { break }
            }
            return true
        }
        return isRead ? bytes : nil
    }

    /// So much is read at once.
    private static let pieceSize = 4_096

    static func executable(in directory: borrowing FileDescriptor) -> String? {
        let path = withUnsafeTemporaryAllocation(of: CChar.self, capacity: pieceSize) { target -> String? in
            // Safety: the target is written within the buffer, whose length goes along, and read as far as it is.
            let count = cl_readlinkat(directory.rawValue, "exe", target.baseAddress, target.count)
            guard count > 0 else { return nil }
            return String(
                decoding: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(target)[..<count]), as: UTF8.self)
        }
        guard let path else { return nil }
        // A program that was replaced while it runs, by an upgrade for one.
        let suffix = " (deleted)"
        return path.hasSuffix(suffix) ? String(path.dropLast(suffix.count)) : path
    }

    /// The audit files hold 4294967295 for none.
    private static func number(_ name: String, in directory: borrowing FileDescriptor) -> UInt32? {
        guard let bytes = contents(name, in: directory, limit: 32) else { return nil }
        let text = String(decoding: bytes.prefix { $0 != 0x0a }, as: UTF8.self)
        return UInt32(text).flatMap { $0 == .max ? nil : $0 }
    }
}
