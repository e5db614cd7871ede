internal import CLinux
internal import Glibc

/// How the bytes of a file were copied.
public enum CopyMethod: Sendable, Hashable {
    /// The file system shares the blocks.
    case shared
    /// The kernel copied.
    case kernel
    /// The bytes passed through this process.
    case buffered
}

extension FileDescriptor {
    /// Copies from one descriptor's offset to another's, as cheaply as the file systems allow.
    ///
    /// An empty destination that takes a whole file shares its blocks where the file system can (`FICLONE`); else the
    /// kernel copies; else the bytes are streamed in pieces of 1 MiB. `length` bounds what is copied, `nil` goes to the
    /// end.
    /// - Returns: how it was done and how many bytes there were.
    @discardableResult
    public static func copy(
        from source: borrowing FileDescriptor, to destination: borrowing FileDescriptor, length: Int64? = nil
    ) throws(LinuxIOError) -> (method: CopyMethod, bytes: Int64) {
        if length == nil, try cloneWhole(from: source, to: destination) {
            return (.shared, try destination.seekToEnd())
        }
        var copied: Int64 = 0
        var method = CopyMethod.kernel
        while length.map({ copied < $0 }) ?? true {
            let piece = Int(min(length.map { $0 - copied } ?? .max, 1 << 30))
            let count = uninterrupted { cl_copy_file_range(source.rawValue, destination.rawValue, piece) }
            if count == 0 { break }
            if count < 0 {
                guard isUnsupported(count) else { try checked(count, "copy_file_range"); break }
                method = .buffered
                break
            }
            copied += Int64(count)
        }
        // A file in /proc or /sys has no length, and the kernel copies nothing of it: only reading tells.
        if method == .buffered || copied == 0 {
            let more = try stream(from: source, to: destination, length: length.map { $0 - copied })
            if more > 0 { method = .buffered }
            copied += more
        }
        return (method, copied)
    }

    private static func cloneWhole(
        from source: borrowing FileDescriptor, to destination: borrowing FileDescriptor
    ) throws(LinuxIOError) -> Bool {
        guard cl_lseek(source.rawValue, 0, Int32(SEEK_CUR)) == 0, try destination.status().size == 0 else {
            return false
        }
        let result = uninterrupted { cl_clone(destination.rawValue, source.rawValue) }
        if result >= 0 { return true }
        guard isUnsupported(result) || result == -Int(ENOTTY) else { try checked(result, "FICLONE"); return false }
        return false
    }

    private static func isUnsupported(_ result: Int) -> Bool {
        [EINVAL, EXDEV, ENOSYS, EOPNOTSUPP, EPERM, EBADF, ETXTBSY].contains(Int32(-result))
    }

    private static func stream(
        from source: borrowing FileDescriptor, to destination: borrowing FileDescriptor, length: Int64?
    ) throws(LinuxIOError) -> Int64 {
        // Safety: allocated and freed here, and only slices within it are handed out.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var copied: Int64 = 0
        while length.map({ copied < $0 }) ?? true {
            let piece = Int(min(length.map { $0 - copied } ?? .max, Int64(buffer.count)))
            let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<piece]))
            if count == 0 { break }
            try destination.writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            copied += Int64(count)
        }
        return copied
    }
}
