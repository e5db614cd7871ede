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
}
