/// What went wrong in the lab itself, or in a command that had to succeed.
struct LabError: Error, CustomStringConvertible {
    let message: String

    init(_ message: String) {
        self.message = message
    }

    /// The failure of a system call, with the name of its errno.
    init(_ action: String, errno code: Int32) {
        self.message = "\(action): \(errorName(code))"
    }

    var description: String { message }
}
