import Glibc
import LinuxIO

/// A client that sends bytes as they are, on a thread of its own.
final class RawConnection: Sendable {
    private let descriptor: SharedDescriptor
    private let worker: WorkerThread

    init(_ path: String, timeout: Duration = .seconds(120)) throws {
        descriptor = SharedDescriptor(owning: try connectUnix(path, timeout: timeout).release())
        worker = try WorkerThread(name: "raw-client")
    }

    /// Sends text; a server that is gone is no failure.
    func send(_ text: String) async throws { try await send(bytes: Array(text.utf8)) }

    /// Sends bytes; returns how many the server took.
    @discardableResult
    func send(bytes: [UInt8]) async throws -> Int {
        let descriptor = descriptor
        return try await worker.run {
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes { buffer in
                    // Safety: the range lies within the array.
                    Glibc.send(
                        descriptor.rawValue, buffer.baseAddress?.advanced(by: sent), buffer.count - sent,
                        Int32(MSG_NOSIGNAL))
                }
                if count <= 0 { break }
                sent += count
            }
            return sent
        }
    }

    /// Says that nothing more comes.
    func finishSending() { _ = shutdown(descriptor.rawValue, Int32(SHUT_WR)) }

    /// Ends the connection in both directions.
    func close() { _ = shutdown(descriptor.rawValue, Int32(SHUT_RDWR)) }

    /// Everything until the server closes.
    func readToEnd() async throws -> String {
        let descriptor = descriptor
        return try await worker.run {
            var bytes: [UInt8] = []
            while let chunk = Self.receive(descriptor.rawValue) { bytes += chunk }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// What came until some text was in it, or the end.
    func read(until text: String) async throws -> String {
        let descriptor = descriptor
        return try await worker.run {
            var received = ""
            while !received.contains(text), let chunk = Self.receive(descriptor.rawValue) {
                received += String(decoding: chunk, as: UTF8.self)
            }
            return received
        }
    }

    /// Sends a request and returns everything until the server closes.
    static func exchange(_ path: String, _ request: String) async throws -> String {
        let connection = try RawConnection(path)
        try await connection.send(request)
        return try await connection.readToEnd()
    }

    private static func receive(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        // Safety: the buffer is as long as the call is told.
        let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        return count > 0 ? Array(buffer[..<count]) : nil
    }
}
