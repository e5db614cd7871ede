import ArgumentParser
import FoundationEssentials
import LinuxIO
import Model
import TestSupport
import Testing

@testable import aetherctl

@Suite struct AccessCommandTests {
    @Test(arguments: [
        "token", "token --duration 8h -o json", "token --user ci --groups aetheredge,operators", "proxy",
        "token revoke 0123456789abcdef", "token revoke 0123456789ABCDEF -o json", "proxy --port 0",
        "kubeconfig --port 7443 --duration 1d", "kubeconfig --write /tmp/x",
    ]) func `the command line takes`(_ line: String) async throws {
        let command = try await Aetherctl.asyncParseAsRoot(line.split(separator: " ").map(String.init))
        #expect(command is any ConsoleCommand)
    }

    @Test(arguments: [
        ("token --duration soon", "'soon' is no duration from 1m to 1d"),
        ("token --duration 59s", "'59s' is no duration from 1m to 1d"),
        ("token revoke 0123", "that is no ID of a token"),
        ("token revoke eyJhbGciOiJI.x.y", "that is no ID of a token"),
        ("token revoke", "<id>"), ("kubeconfig --duration 2d", "'2d' is no duration from 1m to 1d"),
        ("proxy --port 70000", "'70000' is no port"),
    ]) func `what makes no sense is 64`(_ line: String, _ message: String) async throws {
        let buffer = OutputBuffer()
        var invocation = Invocation(arguments: line.split(separator: " ").map(String.init))
        invocation.sink = buffer.sink
        #expect(await invocation.run() == .usage)
        #expect(buffer.errors.contains(message), "\(buffer.errors)")
    }

    @Test func `a kubeconfig holds the certificate, the token and where the proxy is`() throws {
        let made = MadeToken(
            token: "t.o.k", expirationTimestamp: WallTime(nanoseconds: 0), id: "1", user: "mira")
        let document = AccessKubeconfig.document("CERT\n", made, port: 7443)
        let cluster = document["clusters"]?.arrayValue?.first?["cluster"]
        #expect(cluster?["server"] == "https://127.0.0.1:7443")
        #expect(cluster?["certificate-authority-data"]?.stringValue == Data("CERT\n".utf8).base64EncodedString())
        #expect(document["users"]?.arrayValue?.first?["user"]?["token"] == "t.o.k")
        #expect(document["contexts"]?.arrayValue?.first?["context"]?["user"] == "mira")
        #expect(document["current-context"] == document["contexts"]?.arrayValue?.first?["name"])
    }

    @Test func `the directory of the certificate is the user's alone`() throws {
        try withTemporaryDirectory("state") { directory in
            var terminal = OutputBuffer.terminal(false)
            terminal.stateDirectory = directory + "/a/b"
            #expect(try UserDirectory.open(terminal).status().permissions == 0o700)
            _ = try UserDirectory.open(terminal)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: directory + "/a/b/aetheredge")
            let error = #expect(throws: CommandFailure.self) { _ = try UserDirectory.open(terminal) }
            #expect(error?.message.contains("chmod 700") == true)
            terminal.stateDirectory = nil
            #expect(throws: CommandFailure.self) { _ = try UserDirectory.open(terminal) }
        }
    }
}
