import ArgumentParser

/// How data is printed.
enum OutputFormat: String, CaseIterable, Sendable, ExpressibleByArgument {
    case table
    case wide
    case json
    case yaml
}

/// The choice of how data is printed.
struct OutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: ArgumentHelp("How to print: table, wide, json or yaml.", valueName: "format"))
    var output: OutputFormat = .table
}
