public import LinuxIO
public import Model
import Synchronization

/// Tells when a fact of the host changed.
///
/// The kernel says so of its name and of addresses, and the directories of `os-release` are watched. Processors, memory
/// and the service manager change without a word; whoever reads the facts now and then sees that.
///
/// One named thread waits for the kernel; nothing polls.
public final class FactsWatcher: Sendable {
    /// What changes together, as addresses do, is told once it has been quiet so long.
    private static let settling = Duration.milliseconds(250)
    /// Changes are told so often at most.
    private static let pause = Duration.seconds(5)

    private let reader: FactsReader
    private let handler: @Sendable (HostFacts) -> Void
    private let thread: WorkerThread
    private let wake: EventDescriptor
    private let isStopped = Mutex(false)

    /// Makes a watcher that watches nothing yet; the handler runs on the watcher's thread and must be quick.
    public init(
        reader: FactsReader, handler: @escaping @Sendable (HostFacts) -> Void
    ) throws(LinuxIOError) {
        self.reader = reader
        self.handler = handler
        thread = try WorkerThread(name: "ae-facts")
        wake = try EventDescriptor()
    }

    /// Watches until `stop` or until the task is cancelled.
    public func run() async throws {
        try await withTaskCancellationHandler {
            try await thread.run { [self] in try watch() }
        } onCancel: {
            stop()
        }
    }

    /// Ends the watching.
    public func stop() {
        isStopped.withLock { $0 = true }
        wake.signal()
    }

    private func watch() throws {
        var events = FactEvents(wake: wake)
        var known = reader.read()
        while true {
            try events.wait(timeout: nil)
            if isStopped.withLock({ $0 }) { return }
            guard events.take() else { continue }
            repeat { try events.wait(timeout: Self.settling) } while events.take()
            let facts = reader.read()
            if facts != known {
                known = facts
                handler(facts)
                // Only the stop ends the pause early; what happens meanwhile waits in the kernel.
                try events.waitForWake(timeout: Self.pause)
            }
            if isStopped.withLock({ $0 }) { return }
        }
    }
}
