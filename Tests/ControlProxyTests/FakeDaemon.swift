import Glibc
import LinuxIO
import Synchronization

/// A socket on which a test plays the daemon: it sees what the proxy sends, byte by byte.
///
/// Its calls block.
final class FakeDaemon: Sendable {
    /// One connection of the proxy.
    final class Connection: Sendable {
        private let descriptor: Int32

        init(_ descriptor: Int32) { self.descriptor = descriptor }

        deinit { close(descriptor) }

        /// Reads until a text is there, or the other end is closed.
        func read(until text: String) -> String {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while !String(decoding: bytes, as: UTF8.self).contains(text) {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                bytes += buffer[..<count]
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        /// Sends a text.
        func send(_ text: String) {
            let bytes = Array(text.utf8)
            _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }

        /// Reads to the end; whether that comes before the other end has been silent for some time.
        func isEnded(within milliseconds: Int32) -> Bool {
            var byte: UInt8 = 0
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            while poll(&polled, 1, milliseconds) > 0 {
                if recv(descriptor, &byte, 1, 0) <= 0 { return true }
            }
            return false
        }

        /// Whether the other end closes within some time.
        func isClosed(within milliseconds: Int32) -> Bool {
            var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&polled, 1, milliseconds) > 0 else { return false }
            var byte: UInt8 = 0
            return recv(descriptor, &byte, 1, Int32(MSG_PEEK)) <= 0
        }
    }

    let path: String
    private let socket: Mutex<Int32>

    init(in directory: String) throws {
        path = directory + "/control.sock"
        let listening = try listenUnixSocket(
            in: try DirectoryHandle(trustedPath: directory), name: "control.sock", mode: 0o600)
        socket = Mutex(listening.release())
    }

    deinit { _ = socket.withLock { close($0) } }

    /// The next connection; nil when none comes within some time.
    func accept(within milliseconds: Int32 = 20_000) -> Connection? {
        let descriptor = socket.withLock { $0 }
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, milliseconds) > 0 else { return nil }
        let accepted = Glibc.accept(descriptor, nil, nil)
        return accepted >= 0 ? Connection(accepted) : nil
    }
}

/// Runs something that blocks on a thread of its own.
func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await WorkerThread(name: "proxy-test").run(body)
}
