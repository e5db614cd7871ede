internal import CLinux
internal import Glibc

/// What tells one boot and one machine from another.
public enum HostIdentity {
    /// The random id of this boot, for example `b2d9f0a1-…`.
    public static func bootID() throws(LinuxIOError) -> String {
        trimmed(try readFile("/proc/sys/kernel/random/boot_id", limit: 128))
    }

    /// The machine id of a tree (`/etc/machine-id`), or nil if it has none yet.
    public static func machineID(of root: RootDirectory) throws(LinuxIOError) -> String? {
        guard let bytes = try root.readFile("/etc/machine-id", limit: 4_096) else { return nil }
        let text = trimmed(bytes)
        return text.utf8.count == 32 && text.utf8.allSatisfy(isHexadecimal) ? text : nil
    }

    /// The name that the kernel has for this host.
    public static func hostName() throws(LinuxIOError) -> String {
        trimmed(try readFile("/proc/sys/kernel/hostname", limit: 512))
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func trimmed(_ bytes: [UInt8]) -> String {
        String(decoding: bytes.prefix { $0 != 0x0a && $0 != 0 }, as: UTF8.self)
    }
}

/// Reads a whole file by its path, following links, and refuses more than `limit` bytes with EFBIG.
///
/// For paths that the program itself chose; a FIFO in its place does not make it wait.
public func readFile(_ path: String, limit: Int) throws(LinuxIOError) -> [UInt8] {
    let flags = Int32(O_RDONLY | O_NOCTTY | O_NONBLOCK)
    let number = try checked(uninterrupted { cl_openat(Int32(AT_FDCWD), path, flags, 0) }, "openat", path)
    do throws(LinuxIOError) {
        return try FileDescriptor(owning: Int32(number)).readAll(limit: limit)
    } catch {
        throw LinuxIOError(code: error.code, call: error.call, path: path, detail: error.detail)
    }
}

/// Bytes from the kernel's random generator.
public func randomBytes(count: Int) throws(LinuxIOError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
        let more = bytes.withUnsafeMutableBytes { buffer in
            // Safety: the range stays within the array, which is not touched meanwhile.
            uninterrupted { cl_getrandom(buffer.baseAddress?.advanced(by: done), buffer.count - done) }
        }
        done += try checked(more, "getrandom")
    }
    return bytes
}
