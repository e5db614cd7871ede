import ArgumentParser
import Glibc
import Model

/// The command line of AetherEdge.
@main
struct Aetherctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aetherctl",
        abstract: "Show and steer what aetheredged keeps in its declared state.",
        discussion: """
            Every command takes --socket PATH (else AETHEREDGE_SOCKET, else /run/aetheredge/control.sock), -v and \
            --no-color. RESOURCE is TYPE:NAME, such as file:/etc/motd or unit:nginx.service.

            Exit codes: 0 fine, 1 error, 2 differences, 3 denied, 4 waiting for approval, 64 usage.
            """,
        version: ProductVersion.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Host",
                subcommands: [
                    SourceStatus.self, SourcePlan.self, SourceReconcile.self, SourceRollback.self, SourceHistory.self,
                    SourcePause.self, SourceResume.self, FactsShow.self,
                ]),
            CommandGroup(
                name: "Resources",
                subcommands: [ResourceDiff.self, ResourceWhy.self, ResourceRecover.self, ResourceAdopt.self]),
            CommandGroup(name: "Runs", subcommands: [RunCommands.self, RunApprove.self, RunDeny.self]),
            CommandGroup(
                name: "Objects",
                subcommands: [
                    ObjectGet.self, ObjectDescribe.self, ObjectFollow.self, ObjectApply.self, ObjectDelete.self,
                    EventList.self,
                ]),
            CommandGroup(
                name: "Access", subcommands: [AccessToken.self, AccessProxy.self, AccessKubeconfig.self]),
            CommandGroup(
                name: "Offline",
                subcommands: [
                    SiteValidate.self, SchemaShow.self, StoreCommands.self, CompletionShow.self, VersionShow.self,
                ]),
            CommandGroup(name: "Policies", subcommands: [PolicyCommands.self]),
            CommandGroup(name: "Records", subcommands: [AuditCommands.self]),
        ])

    static func main() async {
        let status = await Invocation(arguments: Array(CommandLine.arguments.dropFirst())).run()
        Glibc.exit(status.rawValue)
    }
}
