import ArgumentParser
import Model
import Testing

@testable import aetherctl

@Suite struct ParsingTests {
    @Test(arguments: [
        "get resources", "get res file:/etc/motd -o json", "get runs -l tier=edge -o wide", "get bp web db -o yaml",
        "get file:etc-motd", "get blueprint/web", "get Resource --field-selector status.phase=Drifted", "get runs -w",
        "describe source default", "describe resources", "watch runs run-7 -o json", "apply -f - --dry-run",
        "apply -f site.yaml -o yaml", "delete blueprint web", "delete -f x.yaml --ignore-not-found", "status",
        "status --exit-code -o json", "plan", "plan --source /srv/next -o json",
        "diff file:/etc/motd unit:nginx.service",
        "reconcile", "reconcile --wait --plan sha256:ab", "reconcile --wait --timeout 10m", "runs", "runs -n 5 -o json",
        "runs list", "runs show 7", "run show run-7", "approve 7", "approve run-7 --plan sha256:ab", "deny run-7",
        "rollback", "rollback --to 3 --wait", "history -o json", "why file:/etc/motd", "why file%3Aetc-motd",
        "recover file:/etc/motd", "recover file:/etc/motd --at 2h", "recover file:/etc/motd --at 2026-01-31T12:00:00Z",
        "recover file:/etc/motd --list -o json", "recover file:/etc/motd --output /tmp/x",
        "adopt file:/etc/motd unit:a.service",
        "pause", "pause --for 1h", "pause web", "pause blueprint/web --for 30m", "pause file:/etc/motd", "resume",
        "resume web",
        "events", "events --watch --for blueprint/web", "events --for file:/etc/motd", "audit verify", "schema",
        "schema blueprint -o yaml", "validate /srv/site", "version", "version --client -o json", "completion bash",
        "completion zsh", "completion fish", "--socket /x -v status", "--no-color plan",
        "status --socket /x -v --no-color",
        "--socket=/x runs show 7",
    ]) func `the command line takes`(_ line: String) async throws {
        let arguments = CommandPath.movingGlobalOptions(in: line.split(separator: " ").map(String.init))
        let command = try await Aetherctl.asyncParseAsRoot(arguments)
        let console = try #require(command as? any ConsoleCommand)
        if line.contains("--socket") { #expect(console.global.socket == "/x") }
        if line.contains(" -v") { #expect(console.global.verbose) }
    }

    @Test(arguments: [
        ("frobnicate", "there is no command 'frobnicate'; see 'aetherctl --help'"),
        ("stauts", "there is no command 'stauts'; did you mean 'status'?"),
        ("audit check", "there is no command 'audit check'; see 'aetherctl audit --help'"),
        ("audit --socket /run/x check", "there is no command 'audit check'; see 'aetherctl audit --help'"),
        ("token revok 0123456789abcdef", "there is no command 'token revok'; did you mean 'revoke'?"),
        ("get", "missing expected argument '<kind>'; see 'aetherctl get --help'"),
        ("get blueprnts", "there is no kind 'blueprnts'; did you mean 'blueprints'?; see 'aetherctl get --help'"),
        ("get policies", "there is no kind 'policies'; see 'aetherctl get --help'"),
        ("get runs x -l a=b", "give names or a selector, not both; see 'aetherctl get --help'"),
        ("delete blueprint", "say which one: 'aetherctl delete blueprint NAME'; see 'aetherctl delete --help'"),
        ("pause --for soon", "'soon' is no duration; write it as 30m, 1h or 2d; see 'aetherctl pause --help'"),
        (
            "pause run/run-7",
            "a WorkflowRun cannot be paused; name a blueprint or a resource; see 'aetherctl pause --help'"
        ),
        ("rollback --to 0", "generations count from 1; see 'aetherctl history'; see 'aetherctl rollback --help'"),
        ("reconcile --timeout 5m", "--timeout goes with --wait; see 'aetherctl reconcile --help'"),
        ("recover file:/x --at noon", nil), ("recover file:/x --list --at 1h", nil), ("recover file:/x -o json", nil),
        ("why etc/motd", nil), ("why files:/etc/motd", nil), ("diff", nil), ("diff file:/a file:b/../c", nil),
        ("runs show", nil), ("approve", nil), ("get runs -o xml", nil), ("completion tcsh", nil),
        ("schema nothing", nil),
        ("events --for blueprint", nil), ("get runs --field-selector ,,=", nil), ("status --unknown", nil),
    ]) func `nonsense is 64, and one line that says what to do`(_ line: String, _ message: String?) async {
        let buffer = OutputBuffer()
        var invocation = Invocation(arguments: line.split(separator: " ").map(String.init))
        invocation.sink = buffer.sink
        #expect(await invocation.run() == .usage)
        #expect(buffer.output.isEmpty)
        #expect(
            buffer.errors.hasPrefix("aetherctl: ") && buffer.errors.split(separator: "\n").count == 1,
            "\(buffer.errors)")
        #expect(buffer.errors.utf8.count < 400)
        if let message { #expect(buffer.errors == "aetherctl: \(message)\n") }
    }

    @Test(arguments: [
        [], ["--help"], ["help"], ["get", "--help"], ["runs", "--help"], ["help", "audit", "verify"], ["--version"],
    ])
    func `help is a result: on standard output, with 0`(_ arguments: [String]) async {
        let buffer = OutputBuffer()
        var invocation = Invocation(arguments: arguments)
        invocation.sink = buffer.sink
        #expect(await invocation.run() == .fine)
        #expect(!buffer.output.isEmpty && buffer.errors.isEmpty)
    }

    @Test func `a name without a colon that is paused is a blueprint, nothing is the source`() throws {
        #expect(try ResourceText.pausable(nil) == ObjectKey(kind: SourceKind.descriptor.kind, name: "default"))
        #expect(try ResourceText.pausable("web") == ObjectKey(kind: BlueprintKind.descriptor.kind, name: "web"))
        #expect(try ResourceText.pausable("bp/web") == ObjectKey(kind: BlueprintKind.descriptor.kind, name: "web"))
        let resource = ObjectKey(kind: ResourceKind.descriptor.kind, name: "file:etc-motd")
        for text in ["file:/etc/motd", "file:etc-motd", "file%3A%2Fetc%2Fmotd"] {
            #expect(try ResourceText.pausable(text) == resource)
        }
    }

    @Test func `objects are chosen by kind and name, by both in one, and resources in any form`() throws {
        let motd = ["file:etc-motd"]
        #expect(try ObjectSelection(kind: "res", names: ["file:/etc/motd"]).names == motd)
        #expect(try ObjectSelection(kind: "file:/etc/motd", names: []).names == motd)
        #expect(try ObjectSelection(kind: "resources/file:/etc/motd", names: []).names == motd)
        #expect(try ObjectSelection(kind: "runs", names: ["7", "run-8"]).names == ["run-7", "run-8"])
        #expect(try ObjectSelection(kind: "bp/web", names: []).keys.first?.kind == BlueprintKind.descriptor.kind)
        #expect(throws: ValidationError.self) { try ObjectSelection(kind: "nothing/x", names: []) }
    }
}
