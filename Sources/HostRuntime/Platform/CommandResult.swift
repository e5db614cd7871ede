/// How a command ended.
public struct CommandResult: Sendable, Hashable {
    /// The exit status; 128 + signal when killed.
    public var status: Int32
    /// The last lines that it printed, bounded.
    public var output: String

    /// Makes a result.
    public init(status: Int32, output: String) {
        self.status = status
        self.output = output
    }
}
