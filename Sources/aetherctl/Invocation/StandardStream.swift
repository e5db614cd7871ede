import Glibc

/// A standard stream of the process.
enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    /// Whether a person looks at it.
    var isTerminal: Bool { isatty(rawValue) == 1 }

    /// Writes all bytes.
    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // Safety: the buffer is read only within the call, and only as far as it reaches.
            let count = rest.withUnsafeBytes { Glibc.write(rawValue, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                let name = self == .output ? "standard output" : "standard error"
                throw CommandFailure("cannot write to \(name): \(String(cString: strerror(errno)))")
            }
        }
    }
}
