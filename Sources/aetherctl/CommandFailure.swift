/// A command that cannot do what it was asked for, for a reason of its own rather than the daemon's.
struct CommandFailure: Error, Sendable, CustomStringConvertible {
    /// How the command exits.
    let status: CommandExit
    /// What was tried, on what, why it failed and what to do.
    let message: String

    init(_ message: String, status: CommandExit = .error) {
        self.message = message
        self.status = status
    }

    var description: String { message }
}
