import ArgumentParser
import ControlClient
import ControlProxy
import Logging
import Model
import ServiceLifecycle
import UnixSignals

/// `proxy [--port N]`.
struct AccessProxy: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "proxy", abstract: "Serve the control API on a port of this host, for kubectl and others.",
        discussion: """
            TLS, on 127.0.0.1 only, until interrupted. Every request needs a token, and may do what the token's user \
            may, whoever runs the proxy. 'aetherctl kubeconfig' prints the configuration of a client.
            """)

    @OptionGroup var port: PortOptions
    @OptionGroup var global: GlobalOptions

    func execute(_ console: Console) async throws -> CommandExit {
        let certificate = try ProxyCertificate.inDirectory(UserDirectory.open(console.terminal), now: console.now)
        let logger = Logger(label: "aetherctl.proxy") { _ in SwiftLogNoOpLogHandler() }
        let server = try ProxyServer(
            port: port.port, location: SocketLocation(path: console.socketPath), certificate: certificate,
            logger: logger
        ) { port in
            // Nobody may be left to tell.
            try? console.note("serving on https://\(ProxyServer.address):\(port); stop with Ctrl-C")
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [ServiceGroupConfiguration.ServiceConfiguration(service: server, serviceName: "ProxyServer")],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        try await group.run()
        return .fine
    }
}

/// The port of a proxy.
struct PortOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The port of the proxy.", valueName: "n"))
    var port = 6443

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("'\(port)' is no port") }
    }
}
