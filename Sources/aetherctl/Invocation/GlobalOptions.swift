import ArgumentParser

/// What every command takes.
struct GlobalOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The daemon's control socket.", valueName: "path"), completion: .file())
    var socket: String?

    @Flag(name: [.customShort("v"), .long], help: "Tell more, and why an error happened.")
    var verbose = false

    @Flag(name: .customLong("no-color"), help: "Never colour, as with NO_COLOR set.")
    var noColor = false

    /// Names of the options that take a value, and of those that do not.
    static let valued = ["--socket"]
    static let flags = ["-v", "--verbose", "--no-color"]
}
