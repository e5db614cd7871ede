import Glibc
import Synchronization

/// A file descriptor that is closed once: when asked to, or with its last reference.
final class Descriptor: Sendable {
    private let state: Mutex<Int32>

    init(_ number: Int32) {
        self.state = Mutex(number)
    }

    deinit {
        close()
    }

    /// The number, or -1 after `close`; poll(2) passes over -1.
    var number: Int32 { state.withLock { $0 } }

    var isOpen: Bool { number >= 0 }

    /// Closes the descriptor; calling it again does nothing.
    func close() {
        let number = state.withLock { number in
            defer { number = -1 }
            return number
        }
        if number >= 0 { Glibc.close(number) }
    }

    func makeNonBlocking() {
        let flags = fcntl(number, F_GETFL)
        _ = fcntl(number, F_SETFL, flags | O_NONBLOCK)
    }

    /// Reads what is there and closes the descriptor at its end; false when nothing was read.
    func drain(into bytes: inout [UInt8]) -> Bool {
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

/// Held while a child starts, and while a descriptor that must not pass to children is made in two steps.
let spawning = Mutex<Void>(())

/// A pipe whose ends do not pass to children by themselves.
struct Pipe {
    let reading: Descriptor
    let writing: Descriptor

    init() throws {
        var ends: [Int32] = [-1, -1]
        // No child may start between the making of an end and its flag, or it would keep the end open.
        try spawning.withLock { _ in
            guard pipe(&ends) == 0 else { throw LabError("cannot make a pipe", errno: errno) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }
        reading = Descriptor(ends[0])
        writing = Descriptor(ends[1])
    }
}
