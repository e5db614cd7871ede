import Logging
import ControllerRuntime
import ServiceLifecycle
import Systemd

/// Tells systemd that the daemon is ready, that it lives, and that it stops.
struct NotifyService: Service {
    let logger: Logger
    /// Answers only while the daemon can do its work.
    let isAlive: @Sendable () async -> Bool

    func run() async throws {
        let notifier = Notifier()
        do { _ = try notifier.ready() } catch {
            logger.warning("cannot tell systemd that the daemon is ready", metadata: [LogKey.cause: "\(error)"])
        }
        await cancelWhenGracefulShutdown {
            guard let interval = Notifier.watchdogInterval else {
                do { try await gracefulShutdown() } catch { return }
                return
            }
            while !Task.isCancelled {
                if await isAlive() { do { _ = try notifier.watchdog() } catch { return } }
                do { try await ContinuousClock().sleep(for: interval / 2) } catch { return }
            }
        }
        do { _ = try notifier.stopping() } catch {
            logger.debug("cannot tell systemd that the daemon stops", metadata: [LogKey.cause: "\(error)"])
        }
    }
}
