import ArgumentParser

/// `policy` and what is below it.
struct PolicyCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Evaluate and check policies in Rego; needs no daemon.",
        discussion: "Options, output and exit codes are those of opa, Open Policy Agent's command.",
        subcommands: [
            PolicyEval.self, PolicyExplain.self, PolicyBuildCommand.self, PolicyCheckCommand.self,
            PolicyFormatCommand.self, PolicyInspect.self, PolicyParse.self, PolicyTest.self, PolicyBenchCommand.self,
            PolicyREPL.self,
        ])
}
