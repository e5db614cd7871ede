internal import CLinux
internal import Glibc
internal import Synchronization

/// What fanotify says about one change, or one start of a program.
public struct FanotifyEvent: Sendable {
    /// What happened; several kinds if the kernel merged them.
    public let kinds: FileEventKinds
    /// The directory in which it happened, as `DirectoryHandle.fileHandle` gives it; nil on overflow and for
    /// executions.
    public let directory: FileHandleKey?
    /// The name in the directory, nil if it is about the directory itself; what is not UTF-8 stands as `\xNN`.
    public let name: String?
    /// The process that did it; 0 if it is the kernel or in no process namespace that is seen from here.
    public let pid: Int32
    /// What became of that process by the time of reading.
    public let process: ProcessReference
    /// The file that is being executed; for groups of executions only.
    public let file: SharedDescriptor?
}

/// What is known of the process that an event names.
public enum ProcessReference: Sendable {
    /// It was there when the event was read, and this descriptor is of it and of no later process with its number.
    case descriptor(SharedDescriptor)
    /// It had ended when the event was read: its number may be somebody else's by now.
    case exited
    /// The kernel gives no descriptors.
    case unknown
}

/// A fanotify group: changes in marked directories, or starts of programs, each with the process that caused it.
///
/// Needs privilege and a file system that has handles; whatever is refused throws, and the caller falls back to
/// `Inotify`.
public final class Fanotify: Sendable {
    /// What a group reports.
    public enum Purpose: Sendable {
        /// Changes in directories, by directory and name.
        case directoryChanges
        /// Starts of programs, by open file.
        case executions
    }

    /// What the group reports.
    public let purpose: Purpose
    /// Whether events come with descriptors of their processes.
    public let hasProcessDescriptors: Bool
    private let descriptor: FileDescriptor
    private let buffer: Mutex<[UInt8]>

    /// Opens a group; its queue holds 16,384 events by default of the kernel, and tells when it overflowed.
    public init(_ purpose: Purpose) throws(LinuxIOError) {
        let reporting = purpose == .directoryChanges ? directoryAndName : 0
        let flags = UInt32(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK) | reporting
        let eventFlags = UInt32(O_RDONLY | O_CLOEXEC)
        var result = cl_fanotify_init(flags | UInt32(FAN_REPORT_PIDFD), eventFlags)
        hasProcessDescriptors = result >= 0
        // Kernels before 5.15 have no descriptors of processes.
        if result == -Int(EINVAL) { result = cl_fanotify_init(flags, eventFlags) }
        descriptor = FileDescriptor(owning: Int32(try checked(result, "fanotify_init")))
        self.purpose = purpose
        // One event of an execution opens up to two descriptors: a small buffer bounds how many there are at once.
        buffer = Mutex([UInt8](repeating: 0, count: purpose == .executions ? 4_096 : 65_536))
    }

    /// The descriptor to poll; readable when there are events.
    public var rawValue: Int32 { descriptor.rawValue }

    /// Watches the names in a directory and the directory itself; kinds add to those that it is watched for already.
    ///
    /// What happens to a directory that stands in a marked one, a change of its mode for example, comes with the key of
    /// that inner directory and without a name, whether it is marked itself or not.
    public func mark(
        _ directory: borrowing DirectoryHandle, for kinds: FileEventKinds = .changes
    ) throws(LinuxIOError) {
        let flags = UInt32(FAN_MARK_ADD | FAN_MARK_ONLYDIR)
        try change(directory, flags, kinds)
    }

    /// Stops watching a directory; one that is not watched is no error.
    public func unmark(
        _ directory: borrowing DirectoryHandle, for kinds: FileEventKinds = .changes
    ) throws(LinuxIOError) {
        do throws(LinuxIOError) {
            try change(directory, UInt32(FAN_MARK_REMOVE | FAN_MARK_ONLYDIR), kinds)
        } catch  where error.code == .noEntry {
            return
        }
    }

    /// Watches a whole file system for programs that start from it, in whatever namespace or container.
    public func markExecutions(onFileSystemOf path: String) throws(LinuxIOError) {
        let flags = UInt32(FAN_MARK_ADD | FAN_MARK_FILESYSTEM)
        let result = cl_fanotify_mark(descriptor.rawValue, flags, UInt64(FAN_OPEN_EXEC), Int32(AT_FDCWD), path)
        try checked(result, "fanotify_mark", path)
    }

    /// Takes what waits, without waiting; an empty answer means that nothing does.
    ///
    /// A file or process that cannot be opened costs its event and throws (a group of executions only); reading again
    /// goes on. A buffer that the kernel filled in a way that is not understood comes as an overflow: nothing else is
    /// safe to assume.
    public func read() throws(LinuxIOError) -> [FanotifyEvent] {
        let number = descriptor.rawValue
        let (result, batch) = buffer.withLock { bytes in
            bytes.withUnsafeMutableBytes { buffer -> (Int, FanotifyBatch) in
                // Safety: the kernel fills at most the array, and the parser gets only what it filled.
                let count = uninterrupted { cl_read(number, buffer.baseAddress, buffer.count) }
                let filled = UnsafeRawBufferPointer(rebasing: buffer[..<max(count, 0)])
                return (count, FanotifyParser.parse(filled))
            }
        }
        if result == -Int(EAGAIN) { return [] }
        try checked(result, "read", "fanotify")
        var events = batch.records.map(Self.event)
        if batch.problem != nil {
            events.append(
                FanotifyEvent(
                    kinds: .overflow, directory: nil, name: nil, pid: 0, process: .unknown, file: nil))
        }
        return events
    }

    private func change(
        _ directory: borrowing DirectoryHandle, _ flags: UInt32, _ kinds: FileEventKinds
    ) throws(LinuxIOError) {
        let mask = kinds.fanotifyMask | UInt64(FAN_ONDIR) | UInt64(FAN_EVENT_ON_CHILD)
        let result = cl_fanotify_mark(descriptor.rawValue, flags, mask, directory.rawValue, ".")
        try checked(result, "fanotify_mark", directory.path)
    }

    private static func event(_ record: FanotifyRecord) -> FanotifyEvent {
        let process: ProcessReference =
            switch record.processDescriptor {
            case .open(let number): .descriptor(SharedDescriptor(owning: number))
            case .exited: .exited
            case .failed, nil: .unknown
            }
        return FanotifyEvent(
            kinds: record.kinds, directory: record.directory,
            name: record.name.map { DirectoryEntry.readable($0) }, pid: record.pid, process: process,
            file: record.descriptor.map { SharedDescriptor(owning: $0) })
    }
}

/// `FAN_REPORT_DIR_FID | FAN_REPORT_NAME`.
private let directoryAndName: UInt32 = 0xc00
