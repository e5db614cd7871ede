public import ControlClient
public import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
public import ServiceLifecycle
internal import Synchronization

/// Serves the control API on a port of the loopback address, over TLS, to whoever has a token.
///
/// On graceful shutdown it accepts no more and lets answers in flight finish within `ProxyLimits.drainTimeout`.
public final class ProxyServer: Service {
    typealias Client = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    /// The only address that is listened on.
    public static let address = "127.0.0.1"

    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isStopping = false
    }

    private let port: Int
    private let location: SocketLocation
    private let tls: NIOSSLContext
    private let limits: ProxyLimits
    private let logger: Logger
    private let onListening: @Sendable (Int) -> Void
    private let state = Mutex(State())

    /// Makes a proxy; port 0 takes any that is free, and `onListening` hears which one it is.
    public init(
        port: Int, location: SocketLocation, certificate: ProxyCertificate, limits: ProxyLimits = ProxyLimits(),
        logger: Logger, onListening: @escaping @Sendable (Int) -> Void
    ) throws(ProxyError) {
        self.port = port
        self.location = location
        self.limits = limits
        self.logger = logger
        self.onListening = onListening
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.certificate.utf8))
            let key = try NIOSSLPrivateKey(bytes: Array(certificate.key.utf8), format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            tls = try NIOSSLContext(configuration: configuration)
        } catch {
            throw ProxyError(.certificate, "cannot use the proxy's certificate: \(error)", cause: error)
        }
    }

    /// Serves until graceful shutdown or cancellation.
    public func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listener: NIOAsyncChannel<Client, Never>
        do {
            listener = try await listen(group)
        } catch {
            try await group.shutdownGracefully()
            throw ProxyError(
                .port, "cannot listen on \(Self.address):\(port): \(error); choose another --port", cause: error)
        }
        onListening(listener.channel.localAddress?.port ?? port)
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await serve(listener, on: group)
            } onGracefulShutdown: {
                self.drain(listener.channel)
            }
        } onCancel: {
            listener.channel.close(promise: nil)
            closeAll()
        }
        try await group.shutdownGracefully()
    }

    private func listen(_ group: MultiThreadedEventLoopGroup) async throws -> NIOAsyncChannel<Client, Never> {
        let (tls, limits) = (tls, limits)
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .bind(host: Self.address, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: tls))
                    var decoding = NIOHTTPDecoderLimitConfiguration()
                    decoding.maxHeaderFieldSize = limits.headBytes
                    decoding.maxHeaderListSize = limits.headBytes
                    try pipeline.configureHTTPServerPipeline(
                        withPipeliningAssistance: false, withErrorHandling: false,
                        withOutboundHeaderValidation: true, withEncoderConfiguration: .init(),
                        withDecoderLimitConfiguration: decoding)
                    try pipeline.addHandler(ProxyGuard(limits: limits))
                    return try Client(wrappingChannelSynchronously: channel)
                }
            }
    }

    private func serve(
        _ listener: NIOAsyncChannel<Client, Never>, on group: MultiThreadedEventLoopGroup
    ) async {
        await withDiscardingTaskGroup { tasks in
            do {
                try await listener.executeThenClose { clients in
                    for try await client in clients {
                        guard admit(client.channel) else {
                            client.channel.close(promise: nil)
                            tasks.addTask { await Self.discard(client) }
                            continue
                        }
                        let connection = ProxyConnection(client: client, location: location, group: group)
                        tasks.addTask { await connection.run() }
                    }
                }
            } catch {
                logger.debug("cannot accept connections", metadata: ["cause": "\(error)"])
            }
        }
    }

    /// Ends a connection for which there is no place.
    private static func discard(_ client: Client) async {
        do {
            try await client.executeThenClose { _, _ in }
        } catch {
            // It is closed already.
        }
    }

    /// Remembers a connection until it is closed; false when there are too many.
    private func admit(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let isAdmitted = state.withLock { state in
            guard !state.isStopping, state.channels.count < limits.connections else { return false }
            state.channels[id] = channel
            return true
        }
        guard isAdmitted else { return false }
        channel.closeFuture.whenComplete { _ in self.state.withLock { _ = $0.channels.removeValue(forKey: id) } }
        return true
    }

    private func drain(_ listener: any Channel) {
        state.withLock { $0.isStopping = true }
        listener.close(promise: nil)
        listener.eventLoop.scheduleTask(in: TimeAmount(limits.drainTimeout)) { self.closeAll() }
    }

    private func closeAll() {
        for channel in state.withLock({ Array($0.channels.values) }) { channel.close(promise: nil) }
    }
}
