import ArgumentParser
import ControlClient
import Model

/// `token revoke ID`.
struct AccessTokenRevoke: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a token before its time.",
        discussion: """
            It is refused from the next request on; watches that it has open end with their next event. \
            'aetherctl token -o json', 'kubectl auth whoami' and the audit log show its ID.
            """)

    @Argument(help: "The token's ID: 16 hexadecimal digits, not the token itself.") var id: String
    @OptionGroup var output: OutputOptions
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard id.utf8.count == 16, id.allSatisfy(\.isHexDigit) else {
            throw ValidationError(
                "that is no ID of a token; it has 16 hexadecimal digits, see aetherctl token -o json")
        }
    }

    func execute(_ console: Console) async throws -> CommandExit {
        let revoked = try await console.client().revokeToken(id.lowercased())
        try console.show(revoked, as: output.output) { "token \(revoked.id) revoked" }
        return .fine
    }
}
