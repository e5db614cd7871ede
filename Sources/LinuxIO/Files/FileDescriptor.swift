internal import CLinux
internal import Glibc

/// An open descriptor that it owns and closes; close-on-exec from birth.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The number of the descriptor.
    public let rawValue: Int32

    /// Takes over a descriptor that nobody else closes.
    public init(owning rawValue: Int32) {
        precondition(rawValue >= 0, "a descriptor is not negative")
        self.rawValue = rawValue
    }

    deinit {
        // A failed close leaves nothing to do: data whose loss matters is synced before.
        _ = cl_close(rawValue)
    }

    /// Gives the descriptor away: the caller closes it.
    public consuming func release() -> Int32 {
        let number = rawValue
        discard self
        return number
    }

    /// Makes another descriptor of the same open file.
    public borrowing func duplicate() throws(LinuxIOError) -> FileDescriptor {
        FileDescriptor(owning: Int32(try checked(cl_duplicate(rawValue), "fcntl")))
    }

    /// Reads into a buffer and returns how many bytes came; zero at the end.
    public borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(LinuxIOError) -> Int {
        // Safety: the buffer is the caller's and its length goes with it.
        try checked(uninterrupted { cl_read(rawValue, buffer.baseAddress, buffer.count) }, "read")
    }

    /// Reads at a position without moving the offset.
    public borrowing func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
    ) throws(LinuxIOError) -> Int {
        // Safety: the buffer is the caller's and its length goes with it.
        try checked(uninterrupted { cl_pread(rawValue, buffer.baseAddress, buffer.count, offset) }, "pread")
    }

    /// Reads to the end and refuses more than `limit` bytes with EFBIG.
    public borrowing func readAll(limit: Int) throws(LinuxIOError) -> [UInt8] {
        var bytes: [UInt8] = []
        let chunk = min(max(limit, 0) + 1, 65_536)
        while true {
            let filled = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: chunk))
            let count = bytes.withUnsafeMutableBytes { buffer in
                // Safety: the range stays within the array, which is not touched meanwhile.
                uninterrupted { cl_read(rawValue, buffer.baseAddress?.advanced(by: filled), chunk) }
            }
            bytes.removeLast(chunk - max(count, 0))
            try checked(count, "read")
            if bytes.count > limit {
                throw LinuxIOError(code: .fileTooBig, call: "read", detail: "more than \(limit) bytes")
            }
            if count == 0 { return bytes }
        }
    }

    /// Writes from a buffer once and returns how many bytes went.
    public borrowing func write(_ buffer: UnsafeRawBufferPointer) throws(LinuxIOError) -> Int {
        // Safety: the buffer is the caller's and its length goes with it.
        try checked(uninterrupted { cl_write(rawValue, buffer.baseAddress, buffer.count) }, "write")
    }

    /// Writes the whole buffer, through short writes and signals.
    public borrowing func writeAll(_ buffer: UnsafeRawBufferPointer) throws(LinuxIOError) {
        // Safety: each slice lies within the caller's buffer.
        var rest = buffer
        while !rest.isEmpty {
            let count = try write(rest)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Writes all the bytes.
    public borrowing func writeAll(_ bytes: [UInt8]) throws(LinuxIOError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                // Safety: the range stays within the array, which is not touched meanwhile.
                uninterrupted { cl_write(rawValue, buffer.baseAddress?.advanced(by: done), buffer.count - done) }
            }
            done += try checked(count, "write")
        }
    }

    /// Makes content and metadata durable (`fsync`).
    public borrowing func sync() throws(LinuxIOError) {
        try checked(uninterrupted { cl_fsync(rawValue) }, "fsync")
    }

    /// Makes content durable (`fdatasync`).
    public borrowing func dataSync() throws(LinuxIOError) {
        try checked(uninterrupted { cl_fdatasync(rawValue) }, "fdatasync")
    }

    /// Makes the whole file system that holds it durable (`syncfs`).
    public borrowing func syncFileSystem() throws(LinuxIOError) {
        try checked(uninterrupted { cl_syncfs(rawValue) }, "syncfs")
    }

    /// Sets the length.
    public borrowing func truncate(to length: Int64) throws(LinuxIOError) {
        try checked(uninterrupted { cl_ftruncate(rawValue, length) }, "ftruncate")
    }

    /// Moves the offset to a position from the start.
    public borrowing func seek(to offset: Int64) throws(LinuxIOError) {
        try checked(cl_lseek(rawValue, offset, Int32(SEEK_SET)), "lseek")
    }

    /// Moves the offset to the end and returns it.
    @discardableResult
    public borrowing func seekToEnd() throws(LinuxIOError) -> Int64 {
        Int64(try checked(cl_lseek(rawValue, 0, Int32(SEEK_END)), "lseek"))
    }
}

extension FileDescriptor {
    /// What the kernel says about the open file.
    public borrowing func status() throws(LinuxIOError) -> FileStatus {
        var raw = statx()
        let flags = CL_AT_EMPTY_PATH | FileStatus.flags
        try checked(cl_statx(rawValue, "", flags, FileStatus.mask, &raw), "statx")
        return FileStatus(raw)
    }

    /// Sets the permission bits.
    public borrowing func setPermissions(_ permissions: UInt16) throws(LinuxIOError) {
        try checked(cl_fchmod(rawValue, UInt32(permissions)), "fchmod")
    }

    /// Sets owner and group; nil leaves one as it is.
    public borrowing func setOwner(_ owner: UInt32?, group: UInt32?) throws(LinuxIOError) {
        try checked(cl_fchown(rawValue, owner ?? .max, group ?? .max), "fchown")
    }

    /// Sets the time of the last modification.
    public borrowing func setModified(_ time: Timestamp) throws(LinuxIOError) {
        try checked(cl_futimens(rawValue, time.seconds, Int64(time.nanoseconds)), "futimens")
    }

    /// Takes an exclusive advisory lock without waiting, and answers whether it was free.
    public borrowing func lockExclusively() throws(LinuxIOError) -> Bool {
        let result = uninterrupted { cl_flock(rawValue, Int32(LOCK_EX | LOCK_NB)) }
        if result == -Int(EWOULDBLOCK) { return false }
        try checked(result, "flock")
        return true
    }

    /// Gives the advisory lock back, for every copy of the descriptor.
    public borrowing func unlock() throws(LinuxIOError) {
        try checked(uninterrupted { cl_flock(rawValue, Int32(LOCK_UN)) }, "flock")
    }

    /// Makes reads and writes return EAGAIN instead of waiting.
    public borrowing func setNonBlocking() throws(LinuxIOError) {
        try checked(cl_set_nonblocking(rawValue), "fcntl")
    }

    /// Sets or clears the immutable and append-only attributes, as `chattr` does, and leaves the others.
    public borrowing func setAttributes(isImmutable: Bool, isAppendOnly: Bool) throws(LinuxIOError) {
        let (immutable, appendOnly): (UInt32, UInt32) = (0x10, 0x20)
        var flags: UInt32 = 0
        try checked(cl_inode_flags(rawValue, &flags), "ioctl")
        flags &= ~(immutable | appendOnly)
        if isImmutable { flags |= immutable }
        if isAppendOnly { flags |= appendOnly }
        try checked(cl_set_inode_flags(rawValue, flags), "ioctl")
    }

    /// Stops an ext4 file system as a power cut would: nothing that is not yet on the disk gets there.
    ///
    /// For laboratories; the file system must be unmounted and mounted again afterwards.
    public borrowing func shutDownExt4() throws(LinuxIOError) {
        try checked(cl_ext4_shutdown(rawValue, UInt32(CL_EXT4_SHUTDOWN_NO_FLUSH)), "ioctl")
    }
}
