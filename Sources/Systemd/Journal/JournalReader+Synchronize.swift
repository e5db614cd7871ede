import CSystemd
import Glibc

extension JournalReader {
    /// Waits until journald has written everything that was sent to it before, so that readers see it.
    ///
    /// Needs root.
    public static func synchronize(timeout: Duration = .seconds(5)) throws(SystemdError) {
        let tried = "cannot synchronize the journal"
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemdError.of(errno, code: .failed, tried) }
        defer { close(descriptor) }
        let deadline = MonotonicTime.now + timeout
        try connect(descriptor, deadline, tried)
        // One method of journald's Varlink service; a message ends in a NUL byte.
        let request = Array(#"{"method":"io.systemd.Journal.Synchronize","parameters":{}}"#.utf8) + [0]
        let sent = send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
        guard sent == request.count else { throw SystemdError.of(errno, tried) }
        let answer = try receive(descriptor, deadline, tried)
        guard !answer.contains("\"error\"") else {
            throw SystemdError(.rejected, "\(tried): journald answered \(answer)")
        }
    }

    private static let socketPath = "/run/systemd/journal/io.systemd.journal"
    private static let answerSizeMaximum = 65_536

    private static func connect(
        _ descriptor: Int32, _ deadline: MonotonicTime, _ tried: String
    ) throws(SystemdError) {
        // It bounds connecting too, which waits while journald accepts nobody.
        let remaining = max(deadline.remaining, 1)
        var limit = timeval(tv_sec: Int(clamping: remaining / 1_000_000), tv_usec: Int(remaining % 1_000_000))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // Safety: the path is shorter than sun_path, which is zeroed, so it stays terminated.
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socketPath.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw SystemdError.of(errno, "\(tried) through '\(socketPath)'") }
    }

    private static func receive(
        _ descriptor: Int32, _ deadline: MonotonicTime, _ tried: String
    ) throws(SystemdError) -> String {
        var answer: [UInt8] = []
        var portion = [UInt8](repeating: 0, count: 4096)
        while answer.last != 0, answer.count < answerSizeMaximum {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, Int32(min(deadline.remaining / 1000 + 1, 86_400_000)))
            guard ready != 0, deadline.remaining > 0 else {
                throw SystemdError(.timedOut, "\(tried): journald did not answer in time")
            }
            if ready < 0, errno == EINTR { continue }
            let count = recv(descriptor, &portion, portion.count, 0)
            guard count > 0 else {
                throw SystemdError(.disconnected, "\(tried): journald closed the connection")
            }
            answer.append(contentsOf: portion[..<count])
        }
        return String(decoding: answer.prefix { $0 != 0 }, as: UTF8.self)
    }
}
