internal import CLinux
internal import Glibc

/// What the kernel calls a file whatever its path: the file system's id and the file's handle in it.
///
/// It stays the same while the file lives, wherever it is moved, and is never used again for another.
public struct FileHandleKey: Hashable, Sendable {
    /// The id of the file system, as `statfs` gives it.
    public let fileSystem: UInt64
    /// How the file system encoded the handle.
    public let type: Int32
    /// The handle.
    public let bytes: [UInt8]

    /// The longest handle that the kernel makes.
    static let lengthMaximum = 128

    /// Makes a key from its parts.
    public init(fileSystem: UInt64, type: Int32, bytes: [UInt8]) {
        self.fileSystem = fileSystem
        self.type = type
        self.bytes = bytes
    }

    /// Asks the kernel for the key of an open file.
    public init(of descriptor: borrowing FileDescriptor) throws(LinuxIOError) {
        var fileSystem: UInt64 = 0
        var fileSystemType: UInt64 = 0
        try checked(cl_file_system_id(descriptor.rawValue, &fileSystem, &fileSystemType), "fstatfs")
        let number = descriptor.rawValue
        var (result, buffer) = Self.handle(of: number, flags: CL_AT_EMPTY_PATH)
        if result == -Int(EOPNOTSUPP) {
            // File systems that cannot be exported, overlayfs for one, still have handles that only identify.
            (result, buffer) = Self.handle(of: number, flags: CL_AT_EMPTY_PATH | CL_AT_HANDLE_FID)
        }
        try checked(result, "name_to_handle_at")
        let length = min(Int(buffer.loadUInt32(at: 0)), Self.lengthMaximum)
        self.init(
            fileSystem: fileSystem, type: Int32(bitPattern: buffer.loadUInt32(at: 4)),
            bytes: Array(buffer[8..<(8 + length)]))
    }

    private static func handle(of number: Int32, flags: Int32) -> (Int, [UInt8]) {
        // struct file_handle: handle_bytes, handle_type, then the bytes.
        var buffer = [UInt8](repeating: 0, count: 8 + lengthMaximum)
        buffer[0] = UInt8(lengthMaximum)
        var mount: Int32 = 0
        let result = buffer.withUnsafeMutableBytes { bytes in
            // Safety: the buffer holds the header and the length that the header tells.
            cl_name_to_handle_at(number, "", bytes.baseAddress, &mount, flags)
        }
        return (result, buffer)
    }
}

extension [UInt8] {
    /// The native-endian number at an offset that the caller has checked.
    func loadUInt32(at offset: Int) -> UInt32 {
        withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) }
    }
}
