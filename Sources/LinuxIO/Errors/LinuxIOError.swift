/// A system call that failed: what was called, on what, and why.
public struct LinuxIOError: Error, Sendable, Equatable {
    /// The kernel's reason.
    public let code: Errno
    /// The system call or operation, for example `renameat2`.
    public let call: String
    /// The path it was about, if any.
    public let path: String?
    /// What the code alone does not say, if anything.
    public let detail: String?

    /// Makes an error.
    public init(code: Errno, call: String, path: String? = nil, detail: String? = nil) {
        self.code = code
        self.call = call
        self.path = path
        self.detail = detail
    }
}

extension LinuxIOError: CustomStringConvertible {
    /// One line, for example `renameat2 '/etc/motd': Read-only file system (EROFS)`.
    public var description: String {
        var line = call
        if let path { line += " '\(path)'" }
        line += ": \(code)"
        if let detail { line += "; \(detail)" }
        return line
    }
}

extension LinuxIOError {
    /// Whether the name was not there.
    public var isAbsence: Bool { code == .noEntry || code == .notDirectory }
}

/// Returns a shim's result, or throws its negated error number.
@discardableResult
func checked(
    _ result: Int, _ call: StaticString, _ path: @autoclosure () -> String? = nil
) throws(LinuxIOError) -> Int {
    if result >= 0 { return result }
    throw LinuxIOError(code: Errno(rawValue: Int32(truncatingIfNeeded: -result)), call: "\(call)", path: path())
}

/// Repeats a shim's call while a signal interrupts it.
@inline(__always)
func uninterrupted(_ body: () -> Int) -> Int {
    while true {
        let result = body()
        if result != -Int(Errno.interrupted.rawValue) { return result }
    }
}
