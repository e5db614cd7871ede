internal import CLinux
internal import Glibc

extension SharedDescriptor {
    /// Opens a descriptor of a process, or returns nil if there is none with that number.
    public static func process(_ pid: Int32) throws(LinuxIOError) -> SharedDescriptor? {
        let result = cl_pidfd_open(pid)
        if result == -Int(ESRCH) { return nil }
        return SharedDescriptor(owning: Int32(try checked(result, "pidfd_open")))
    }

    /// Whether the process behind this descriptor still has its number: nobody else can have it then.
    public var isProcessPresent: Bool {
        // Refused to signal is present, too.
        cl_pidfd_send_signal(rawValue, 0) != -Int(ESRCH)
    }

    /// The path of the open file, or nil if the kernel has none for it.
    public var path: String? {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = bytes.withUnsafeMutableBufferPointer { buffer in
            // Safety: the target is written within the array, whose length goes along.
            buffer.withMemoryRebound(to: CChar.self) {
                cl_readlinkat(Int32(AT_FDCWD), "/proc/self/fd/\(rawValue)", $0.baseAddress, $0.count)
            }
        }
        guard count > 0, bytes[0] == UInt8(ascii: "/") else { return nil }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    /// Whether the file begins as a script does: running it runs an interpreter, which is opened next.
    var isScript: Bool {
        var start: (UInt8, UInt8) = (0, 0)
        // Safety: the two bytes are there during the call, which is told that there are two.
        let count = withUnsafeMutableBytes(of: &start) { cl_pread(rawValue, $0.baseAddress, 2, 0) }
        return count == 2 && start == (UInt8(ascii: "#"), UInt8(ascii: "!"))
    }

    /// Whether who runs the file acts as its owner.
    var changesUser: Bool {
        var status = statx()
        let result = cl_statx(rawValue, "", Int32(CL_AT_EMPTY_PATH), UInt32(STATX_MODE), &status)
        return result < 0 || UInt32(status.stx_mode) & UInt32(S_ISUID) != 0
    }
}
