/// One call of git.
struct GitCommand: Sendable {
    /// What goes after the options that every call has.
    var arguments: [String]
    /// The repository to work in.
    var repository: String
    /// What git reads.
    var input: [UInt8] = []
    /// Environment of this call besides what every call has.
    var environment: [String: String] = [:]
    /// Configuration of this call besides what every call has.
    var configuration: [String: String] = [:]
    /// Names the act in messages, as in "cannot …".
    var activity: String
    /// Whether it speaks to the remote, so that what fails without a known reason is the remote's fault.
    var isRemote = false
}

/// What a call of git gave.
struct GitOutput: Sendable {
    /// The exit status; negative for the signal that ended it.
    var status: Int32
    /// Everything that it printed.
    var bytes: [UInt8]
    /// The end of what it complained about.
    var complaint: String

    var isSuccess: Bool { status == 0 }
    var text: String { String(decoding: bytes, as: UTF8.self) }
}
