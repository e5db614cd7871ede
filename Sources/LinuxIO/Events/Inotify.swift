internal import CLinux
internal import Glibc
internal import Synchronization

/// What inotify says about one change; it never tells who caused it.
public struct InotifyEvent: Sendable, Equatable {
    /// The number of the watch, as `Inotify.watch` gave it; -1 on overflow.
    public let watch: Int32
    /// What happened.
    public let kinds: FileEventKinds
    /// The name in the directory, nil if it is about the directory itself; what is not UTF-8 stands as `\xNN`.
    public let name: String?
    /// Joins the two halves of a rename; zero for all else.
    public let cookie: UInt32
}

/// An inotify queue: changes in watched directories, without the process that caused them.
public final class Inotify: Sendable {
    private let descriptor: FileDescriptor
    private let buffer = Mutex([UInt8](repeating: 0, count: 65_536))

    /// Opens a queue; it holds as many events as `fs.inotify.max_queued_events`, and tells when it overflowed.
    public init() throws(LinuxIOError) {
        descriptor = FileDescriptor(owning: Int32(try checked(cl_inotify_init(), "inotify_init1")))
    }

    /// The descriptor to poll; readable when there are events.
    public var rawValue: Int32 { descriptor.rawValue }

    /// Watches the names in a directory and the directory itself, and returns the number of the watch.
    ///
    /// A directory that is watched already keeps its number and gets these kinds instead.
    public func watch(
        _ directory: borrowing DirectoryHandle, for kinds: FileEventKinds = .changes
    ) throws(LinuxIOError) -> Int32 {
        let (onlyDirectory, excludeUnlinked): (UInt32, UInt32) = (0x0100_0000, 0x0400_0000)
        let mask = kinds.inotifyMask | onlyDirectory | excludeUnlinked
        let result = cl_inotify_add_watch(descriptor.rawValue, "/proc/self/fd/\(directory.rawValue)", mask)
        return Int32(try checked(result, "inotify_add_watch", directory.path))
    }

    /// Ends a watch; one that is gone is no error.
    public func unwatch(_ watch: Int32) throws(LinuxIOError) {
        let result = cl_inotify_rm_watch(descriptor.rawValue, watch)
        if result == -Int(EINVAL) { return }
        try checked(result, "inotify_rm_watch")
    }

    /// Takes what waits, without waiting; an empty answer means that nothing does.
    public func read() throws(LinuxIOError) -> [InotifyEvent] {
        let number = descriptor.rawValue
        let (result, events) = buffer.withLock { bytes in
            bytes.withUnsafeMutableBytes { buffer -> (Int, [InotifyEvent]) in
                // Safety: the kernel fills at most the array, and the parser gets only what it filled.
                let count = uninterrupted { cl_read(number, buffer.baseAddress, buffer.count) }
                return (count, InotifyParser.parse(UnsafeRawBufferPointer(rebasing: buffer[..<max(count, 0)])))
            }
        }
        if result == -Int(EAGAIN) { return [] }
        try checked(result, "read", "inotify")
        return events
    }
}

/// The layout of `struct inotify_event`.
enum InotifyParser {
    private static let headerLength = 16

    /// Parses whole events; what is not understood comes as an overflow, since nothing else is safe to assume.
    static func parse(_ buffer: UnsafeRawBufferPointer) -> [InotifyEvent] {
        // Safety: all loads are unaligned and lie within ranges that were checked before.
        var events: [InotifyEvent] = []
        var offset = 0
        while offset < buffer.count {
            let rest = buffer.count - offset
            guard rest >= headerLength else { return events + [lost] }
            let nameLength = Int(buffer.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
            guard nameLength <= rest - headerLength else { return events + [lost] }
            let start = offset + headerLength
            let name = Array(buffer[start..<(start + nameLength)].prefix { $0 != 0 })
            if name.isEmpty || FileName.isValid(name) {
                let mask = buffer.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
                events.append(
                    InotifyEvent(
                        watch: buffer.loadUnaligned(fromByteOffset: offset, as: Int32.self),
                        kinds: FileEventKinds(inotify: mask),
                        name: name.isEmpty ? nil : DirectoryEntry.readable(name),
                        cookie: buffer.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self)))
            } else {
                events.append(lost)
            }
            offset = start + nameLength
        }
        return events
    }

    private static let lost = InotifyEvent(watch: -1, kinds: .overflow, name: nil, cookie: 0)
}
