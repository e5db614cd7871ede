import ArgumentParser

/// `completion SHELL`.
struct CompletionShow: ConsoleCommand {
    /// The shells that there is a script for.
    enum Shell: String, CaseIterable, Sendable, ExpressibleByArgument {
        case bash
        case zsh
        case fish
    }

    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print the completion script of a shell.",
        discussion: "For bash: aetherctl completion bash > /usr/share/bash-completion/completions/aetherctl")

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        let script =
            switch shell {
            case .bash: Aetherctl.completionScript(for: .bash)
            case .zsh: Aetherctl.completionScript(for: .zsh)
            case .fish: Aetherctl.completionScript(for: .fish)
            }
        try console.write(script)
        return .fine
    }
}
