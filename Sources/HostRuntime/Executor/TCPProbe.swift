import Glibc
import LinuxIO

/// Opens a TCP connection within a deadline and closes it.
///
/// Blocks.
struct TCPProbe {
    let host: String
    let port: UInt16
    let limit: Duration

    /// Why the connection was not accepted; nil when it was.
    func run() -> String? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV
        // Safety: the list is freed below, after its last use, and by nobody else.
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else {
            return "cannot resolve '\(host)': \(String(cString: gai_strerror(status)))"
        }
        defer { freeaddrinfo(list) }
        let deadline = monotonicNow() + limit
        var reason = "it has no address"
        var entry = list
        while let address = entry {
            guard let failure = connect(to: address.pointee, until: deadline) else { return nil }
            reason = failure
            entry = address.pointee.ai_next
        }
        return "cannot connect to \(host):\(port): \(reason)"
    }

    private func connect(to address: addrinfo, until deadline: Duration) -> String? {
        let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.ai_family, address.ai_socktype | flags, address.ai_protocol)
        guard descriptor >= 0 else { return errorText(errno) }
        defer { close(descriptor) }
        if Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 { return nil }
        guard errno == EINPROGRESS else { return errorText(errno) }
        while true {
            let left = (deadline - monotonicNow()).components
            let milliseconds = left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else { return "no answer in time" }
            var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let count = poll(&entry, 1, Int32(clamping: milliseconds))
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return "no answer in time" }
            var code: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else { return errorText(errno) }
            return code == 0 ? nil : errorText(code)
        }
    }

    private func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
}
