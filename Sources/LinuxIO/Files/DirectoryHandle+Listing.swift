internal import CLinux
internal import Glibc

extension DirectoryHandle {
    /// The names in this directory, without `.` and `..`; more than `limit` fails with EOVERFLOW.
    public borrowing func entries(limit: Int = 100_000) throws(LinuxIOError) -> [DirectoryEntry] {
        var entries: [DirectoryEntry] = []
        try forEachEntry { entry in
            entries.append(entry)
            return entries.count <= limit
        }
        guard entries.count <= limit else {
            throw LinuxIOError(code: .overflow, call: "getdents64", path: path, detail: "more than \(limit) names")
        }
        return entries
    }

    /// Calls for each name in this directory until the body answers false.
    public borrowing func forEachEntry(_ body: (DirectoryEntry) -> Bool) throws(LinuxIOError) {
        // A descriptor of its own, so that the offset is at the start and shared with nobody.
        let flags = Int32(O_RDONLY | O_DIRECTORY)
        let number = try checked(uninterrupted { cl_openat(rawValue, ".", flags, 0) }, "openat", path)
        let listing = FileDescriptor(owning: Int32(number))
        // Safety: allocated and freed here; the kernel fills it, and parsing stays within what it filled.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 32_768, alignment: 8)
        defer { buffer.deallocate() }
        while true {
            let filled = uninterrupted { cl_getdents64(listing.rawValue, buffer.baseAddress, buffer.count) }
            // A directory that was removed while open has no names.
            if filled == -Int(ENOENT) { return }
            let count = try checked(filled, "getdents64", path)
            if count == 0 { return }
            let filledPart = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            if !DirectoryListing.parse(filledPart, body) { return }
        }
    }
}

/// The layout of what `getdents64` fills in.
enum DirectoryListing {
    private static let headerLength = 19

    /// Calls for each entry, and answers whether to go on; stops at a record that does not fit.
    static func parse(_ buffer: UnsafeRawBufferPointer, _ body: (DirectoryEntry) -> Bool) -> Bool {
        // Safety: every offset is checked against the buffer's length before it is read.
        var offset = 0
        while buffer.count - offset > headerLength {
            let length = Int(buffer.loadUnaligned(fromByteOffset: offset + 16, as: UInt16.self))
            guard length > headerLength, length <= buffer.count - offset else { return true }
            let name = buffer[(offset + headerLength)..<(offset + length)].prefix { $0 != 0 }
            defer { offset += length }
            if name.elementsEqual([0x2e]) || name.elementsEqual([0x2e, 0x2e]) { continue }
            let inode = buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let type = FileType(entryType: buffer[offset + 18])
            if !body(DirectoryEntry(nameBytes: Array(name), type: type, inode: inode)) { return false }
        }
        return true
    }
}
