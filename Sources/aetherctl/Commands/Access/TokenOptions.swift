import ArgumentParser
import Model

/// Whose token, and for how long.
struct TokenOptions: ParsableArguments {
    private static let maximumSeconds: Int64 = 86_400

    @Option(
        name: .long, help: ArgumentHelp("How long the token holds, from 1m to 1d.", valueName: "duration"))
    var duration = "1h"
    @Option(name: .long, help: "Whose token; yours if left out. Others only for administrators.")
    var user: String?
    @Option(
        name: .long,
        help: ArgumentHelp("Groups of the user, with commas between them; only for administrators.", valueName: "names")
    )
    var groups: String?

    func validate() throws { _ = try wish() }

    /// What the daemon is asked for.
    func wish() throws -> TokenWish {
        guard let seconds = DurationText.seconds(duration), (60...Self.maximumSeconds).contains(seconds) else {
            throw ValidationError("'\(duration)' is no duration from 1m to 1d; write it as 30m or 8h")
        }
        return TokenWish(
            user: user, groups: groups.map { $0.split(separator: ",").map(String.init) },
            expirationSeconds: Int(seconds))
    }
}
