public import Logging
public import Model
public import ServiceLifecycle
public import Store

/// Follows the objects of a kind and tells a handler about each that may have changed: a list first, then the watch,
/// and a list again whenever the watch cannot go on.
///
/// Objects are hints only (I7): the handler queues their keys.
public struct Informer<Time: Clock>: Service where Time.Duration == Duration {
    private let store: any ObjectReading
    private let kind: KindName
    private let backoff: Backoff
    private let clock: Time
    private let logger: Logger
    private let listed: @Sendable () -> Void
    private let handler: @Sendable (WatchEvent) -> Void
    private let pageSize = 500

    /// Makes an informer; it does nothing until run.
    ///
    /// The handler must be quick and must not block. `listed` is called after each list: what was deleted while nothing
    /// watched was told to nobody.
    public init(
        store: any ObjectReading, kind: KindName, backoff: Backoff = Backoff(), clock: Time, logger: Logger,
        listed: @escaping @Sendable () -> Void = {}, handler: @escaping @Sendable (WatchEvent) -> Void
    ) {
        self.store = store
        self.kind = kind
        self.backoff = backoff
        self.clock = clock
        self.logger = logger
        self.listed = listed
        self.handler = handler
    }

    /// Follows until cancelled or shut down.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var failures = 0
            while !Task.isCancelled {
                do {
                    try await follow { failures = 0 }
                } catch is CancellationError {
                    return
                } catch let error as StoreError where error.code == .expired {
                    logger.debug("watch expired, listing again", metadata: [LogKey.object: "\(kind.rawValue)"])
                } catch {
                    let delay = backoff.delay(afterFailures: failures)
                    failures += 1
                    logger.warning(
                        "cannot follow objects, retrying",
                        metadata: [
                            LogKey.object: "\(kind.rawValue)", LogKey.cause: "\(error)", LogKey.delay: "\(delay)",
                        ])
                    do { try await clock.sleep(for: delay) } catch { return }
                }
            }
        }
    }

    private func follow(_ succeeded: () -> Void) async throws {
        var version: ResourceVersion?
        var after: String?
        repeat {
            let page = try await store.objects(of: kind, limit: pageSize, after: after)
            for object in page.items { handler(.added(object)) }
            // A change between two pages is seen again by a watch from the first page's version: hints may come twice.
            version = version ?? page.version
            after = page.next
        } while after != nil
        listed()
        succeeded()
        guard let version else { return }
        for try await event in try await store.watch(kind, after: version) { handler(event) }
        try Task.checkCancellation()
    }
}
