import ArgumentParser
import ControlClient
import ControlProxy
import FoundationEssentials
import LinuxIO
import Model

/// `kubeconfig [--port N] [--write FILE]`.
struct AccessKubeconfig: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubeconfig", abstract: "Print the configuration with which kubectl uses the proxy.",
        discussion:
            "It holds the proxy's certificate and a new token: keep it secret, and make another when it expires.")

    @OptionGroup var port: PortOptions
    @OptionGroup var options: TokenOptions
    @Option(
        name: .long, help: ArgumentHelp("Write it to a file that only you can read.", valueName: "file"),
        completion: .file())
    var write: String?
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        let certificate = try ProxyCertificate.inDirectory(UserDirectory.open(console.terminal), now: console.now)
        let made = try await console.client().makeToken(try options.wish())
        let text = YAMLText(Self.document(certificate.certificate, made, port: port.port)).text
        guard let write else {
            try console.write(text)
            return .fine
        }
        let slash = write.lastIndex(of: "/")
        let parent = slash.map { $0 == write.startIndex ? "/" : String(write[..<$0]) } ?? "."
        let name = String(slash.map { write[write.index(after: $0)...] } ?? write[...])
        try SecretFile.replace(name, in: try DirectoryHandle(trustedPath: parent), Array(text.utf8))
        try console.note("wrote '\(write)'; the token ends at \(made.expirationTimestamp)")
        return .fine
    }

    /// The configuration in the form that every client of Kubernetes reads.
    static func document(_ certificate: String, _ made: MadeToken, port: Int) -> JSONValue {
        let name: JSONValue = "aetheredge"
        return [
            "apiVersion": "v1", "kind": "Config", "current-context": name, "preferences": .object([:]),
            "clusters": [
                [
                    "name": name,
                    "cluster": [
                        "server": .string("https://\(ProxyServer.address):\(port)"),
                        "certificate-authority-data": .string(Data(certificate.utf8).base64EncodedString()),
                    ],
                ]
            ],
            "users": [["name": .string(made.user), "user": ["token": .string(made.token)]]],
            "contexts": [
                ["name": name, "context": ["cluster": name, "user": .string(made.user), "namespace": "default"]]
            ],
        ]
    }
}
