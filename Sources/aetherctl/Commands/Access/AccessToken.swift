import ArgumentParser
import ControlClient
import Model

/// `token [--duration DURATION] [--user NAME] [--groups NAMES]`, and `token revoke ID`.
struct AccessToken: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Make a token for the control API, for use through the proxy.",
        discussion: "The token speaks for you, with the groups that you have now, until it expires. Keep it secret.",
        subcommands: [AccessTokenRevoke.self])

    @OptionGroup var options: TokenOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        let made = try await console.client().makeToken(try options.wish())
        try console.show(made, as: output.output) { made.token }
        return .fine
    }
}
