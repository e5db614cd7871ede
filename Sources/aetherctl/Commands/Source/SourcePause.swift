import ArgumentParser
import ControlClient
import Model

/// `pause [--for DURATION] [BLUEPRINT|RESOURCE]`.
struct SourcePause: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Change nothing: of the host, of a blueprint, or of a resource.",
        discussion: "A name without ':' is a blueprint.")

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("How long, such as 1h or 30m; until 'aetherctl resume' if left out.", valueName: "duration"))
    var length: String?
    @Argument(help: "A blueprint or a resource; everything if left out.")
    var object: String?
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        _ = try ResourceText.pausable(object)
        _ = try seconds()
    }

    func execute(_ console: Console) async throws -> CommandExit {
        let key = try ResourceText.pausable(object)
        try await console.client().pause(key, PauseRequest(seconds: try seconds()))
        let end = length.map { "for \($0)" } ?? "until 'aetherctl resume\(object.map { " \($0)" } ?? "")'"
        try console.write("\(key.shown) is paused \(end)".onOneLine)
        return .fine
    }

    private func seconds() throws -> Int? {
        guard let length else { return nil }
        guard let seconds = DurationText.seconds(length), seconds > 0 else {
            throw ValidationError("'\(length)' is no duration; write it as 30m, 1h or 2d")
        }
        return Int(seconds)
    }
}
