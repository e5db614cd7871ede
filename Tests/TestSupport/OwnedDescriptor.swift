import Glibc
import LinuxIO
import Synchronization

/// A file descriptor that is closed once: when asked to, or with its last reference.
public final class OwnedDescriptor: Sendable {
    private let state: Mutex<Int32>

    /// Takes a descriptor over.
    public init(_ number: Int32) { state = Mutex(number) }

    deinit { close() }

    /// The number, or -1 after `close`; poll(2) passes over -1.
    public var number: Int32 { state.withLock { $0 } }

    /// Whether it was not closed yet.
    public var isOpen: Bool { number >= 0 }

    /// Closes the descriptor; calling it again does nothing.
    public func close() {
        let number = state.withLock { number in
            defer { number = -1 }
            return number
        }
        if number >= 0 { Glibc.close(number) }
    }

    /// Makes reads and writes return instead of waiting.
    public func makeNonBlocking() {
        let flags = fcntl(number, F_GETFL)
        _ = fcntl(number, F_SETFL, flags | O_NONBLOCK)
    }

    /// Reads what is there and closes the descriptor at its end; false when nothing was read.
    public func drain(into bytes: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = read(number, &buffer, buffer.count)
        if count > 0 {
            bytes += buffer[..<count]
            return true
        }
        if count == 0 || (errno != EAGAIN && errno != EINTR) { close() }
        return false
    }
}

/// A pipe whose ends do not pass to children by themselves, from their first moment on.
public struct ChildPipe: Sendable {
    /// Where a parent or child reads.
    public let reading: OwnedDescriptor
    /// Where the other writes.
    public let writing: OwnedDescriptor

    /// Makes a pipe.
    public init() throws {
        let pipe = try Pipe()
        reading = try Self.copy(pipe.reading.rawValue)
        writing = try Self.copy(pipe.writing.rawValue)
    }

    private static func copy(_ number: Int32) throws -> OwnedDescriptor {
        let copy = fcntl(number, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw ChildProcessError("cannot copy a descriptor: errno \(errno)") }
        return OwnedDescriptor(copy)
    }
}
