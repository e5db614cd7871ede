import ArgumentParser
import Model

/// Whether a command waits for what it asked for.
struct WaitOptions: ParsableArguments {
    @Flag(name: .long, help: "Wait until it is over, and show how it goes.")
    var wait = false

    @Option(
        name: .long,
        help: ArgumentHelp("How long to wait at most, such as 10m; for ever if left out.", valueName: "duration"))
    var timeout: String?

    func validate() throws {
        guard let timeout else { return }
        guard let seconds = DurationText.seconds(timeout), seconds > 0 else {
            throw ValidationError("'\(timeout)' is no duration; write it as 30s, 10m or 1h")
        }
        guard wait else { throw ValidationError("--timeout goes with --wait") }
    }

    /// The longest wait.
    var limit: Duration? { timeout.flatMap(DurationText.seconds).map { .seconds($0) } }
}
