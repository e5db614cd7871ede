public import LinuxIO
public import Logging
internal import NIOCore
internal import NIOPosix
public import ServiceLifecycle
internal import Synchronization

/// The control API on a Unix socket, as a service: it serves until the daemon shuts down gracefully or its task is
/// cancelled.
///
/// On graceful shutdown it accepts no more, ends watches cleanly, and lets requests in flight finish within
/// `ServerLimits.drainTimeout`. One thread accepts and two event loops answer; none wakes without a client.
public final class ControlServer: Service {
    private let acceptor: Acceptor
    private let application: Application
    private let logger: Logger
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    /// Makes a server of a socket that is bound and listens already.
    public init(
        listeningOn socket: consuming LinuxIO.FileDescriptor, services: ControlServices, authorizer: Authorizer,
        metrics: MetricsRegistry, limits: ServerLimits = ServerLimits(), logger: Logger
    ) throws(LinuxIOError) {
        application = Application(
            services: services, authorizer: authorizer, metrics: metrics, limits: limits, logger: logger)
        let places = ConnectionPlaces(limits: limits) { authorizer.isPrivileged($0) }
        acceptor = try Acceptor(socket: socket, places: places, names: PeerNames(services), logger: logger)
        self.logger = logger
    }

    /// Serves until graceful shutdown or cancellation.
    public func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: min(2, System.coreCount))
        try acceptor.start()
        logger.debug("the control API serves")
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await serve(on: group)
            } onGracefulShutdown: {
                self.drain(on: group.next())
            }
        } onCancel: {
            acceptor.stop()
            application.drain.raise()
            closeAll()
        }
        await acceptor.join()
        try await group.shutdownGracefully()
    }

    private func serve(on group: MultiThreadedEventLoopGroup) async {
        let executors = group.makeIterator().map(EventLoopExecutor.init)
        var accepted = 0
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { await self.publishBookmarks() }
            tasks.addTask { await self.application.access.roles.keepCurrent(until: self.application.drain) }
            for await connection in acceptor.connections {
                let executor = executors[accepted % executors.count]
                accepted &+= 1
                tasks.addTask(executorPreference: executor) { await self.serve(connection, on: executor.loop) }
            }
            // Also where accepting failed: a daemon without its API is to end.
            application.drain.raise()
        }
    }

    /// Tells watchers their version from time to time, until the server stops.
    private func publishBookmarks() async {
        let interval = application.limits.bookmarkInterval
        while !application.drain.isRaised {
            await application.drain.wait(atMost: interval)
            if Task.isCancelled { return }
            if application.drain.isRaised || application.watches.isUnused { continue }
            do {
                try await application.services.publishBookmarks()
            } catch {
                logger.warning(
                    "cannot tell watchers their version, trying again", metadata: ["cause": "\(error)"])
            }
        }
    }

    private func serve(_ accepted: AcceptedConnection, on loop: any EventLoop) async {
        // The place of the connection is given back with `accepted`.
        defer { withExtendedLifetime(accepted) {} }
        guard let descriptor = accepted.takeDescriptor() else { return }
        let closed = Signal()
        do {
            let channel = try await makeChannel(descriptor, on: loop)
            let id = ObjectIdentifier(channel.channel)
            channels.withLock { $0[id] = channel.channel }
            channel.channel.closeFuture.whenComplete { _ in
                self.channels.withLock { _ = $0.removeValue(forKey: id) }
                closed.raise()
            }
            if application.drain.isRaised {
                channel.channel.triggerUserOutboundEvent(ConnectionGuard.Drain(), promise: nil)
            }
            await HTTPConnection(channel: channel, peer: accepted.peer, application: application, closed: closed).run()
        } catch {
            logger.debug("cannot serve a connection", metadata: ["cause": "\(error)"])
        }
    }

    private func makeChannel(_ descriptor: Int32, on loop: any EventLoop) async throws -> HTTPConnection.Channel {
        let limits = application.limits
        return try await ClientBootstrap(group: loop)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.maxMessagesPerRead, value: 4)
            .withConnectedSocket(descriptor) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addControlHandlers(limits)
                    return try HTTPConnection.Channel(wrappingChannelSynchronously: channel)
                }
            }
    }

    /// Stops accepting, ends watches, and closes what is not done in time.
    private func drain(on loop: any EventLoop) {
        acceptor.stop()
        application.drain.raise()
        for channel in openChannels() { channel.triggerUserOutboundEvent(ConnectionGuard.Drain(), promise: nil) }
        loop.scheduleTask(in: TimeAmount(application.limits.drainTimeout)) { self.closeAll() }
    }

    private func closeAll() {
        for channel in openChannels() { channel.close(promise: nil) }
    }

    private func openChannels() -> [any Channel] { channels.withLock { Array($0.values) } }
}
