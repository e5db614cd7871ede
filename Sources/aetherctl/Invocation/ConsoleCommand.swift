import ArgumentParser

/// A command: parses, calls the client, renders.
protocol ConsoleCommand: AsyncParsableCommand {
    /// What every command takes.
    var global: GlobalOptions { get }

    /// Does the work, prints results through the console and says how to exit. A thrown error becomes one line on
    /// standard error.
    func execute(_ console: Console) async throws -> CommandExit
}
