import ArgumentParser

/// `store` and what is below it.
struct StoreCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Move API objects between the state database and PostgreSQL.",
        subcommands: [StoreMigrate.self])
}
