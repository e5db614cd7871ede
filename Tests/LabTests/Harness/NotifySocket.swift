import Glibc
import TestSupport

/// The receiving end of the sd_notify protocol; systemd-nspawn tells here who PID 1 is and when the host is up.
struct NotifySocket {
    let path: String
    private let socket: OwnedDescriptor

    init(path: String) throws {
        self.path = path
        unlink(path)
        socket = OwnedDescriptor(Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw LabError("the path '\(path)' is too long for a socket; set AETHEREDGE_LAB_DIR to a shorter one")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        // Safety: the address outlives the call, and its size is the size given.
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket.number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else { throw LabError("cannot bind '\(path)'", errno: errno) }
    }

    /// The lines of the next message, or none if none came in time.
    func receive(milliseconds: Int32) -> [Substring] {
        var polled = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, milliseconds) > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket.number, &buffer, buffer.count, 0)
        guard count > 0 else { return [] }
        return String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n")
    }
}
