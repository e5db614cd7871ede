import ArgumentParser

/// `runs` and what is below it.
struct RunCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List runs, or show one.", subcommands: [RunList.self, RunShow.self],
        defaultSubcommand: RunList.self, aliases: ["run"])
}
