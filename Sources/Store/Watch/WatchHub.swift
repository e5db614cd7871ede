import Model
import Synchronization

/// Hands what was committed to the watchers of a kind.
///
/// Publishing and subscribing both happen between two commits of the writer, so that every watcher sees each change
/// once and in order. A watcher that does not keep up is dropped with `.expired`; the writer never waits for one.
final class WatchHub: Sendable {
    /// More watchers than this are refused.
    static let watcherLimit = 1_024
    /// How many undelivered events a watcher may have beyond those it began with.
    static let bufferLimit = 1_024

    typealias Stream = AsyncThrowingStream<WatchEvent, any Error>

    private struct Topic: Hashable {
        let partition: Partition
        let kind: KindName
    }

    private struct State {
        var next: UInt64 = 0
        var count = 0
        var watchers: [Topic: [UInt64: Stream.Continuation]] = [:]
    }

    private let state = Mutex(State())

    /// Whether anybody watches a kind.
    func isWatched(_ kind: KindName, in partition: Partition) -> Bool {
        state.withLock { $0.watchers[Topic(partition: partition, kind: kind)] != nil }
    }

    /// Begins a stream with what a watcher missed, followed by everything that is published from now on.
    func subscribe(
        _ kind: KindName, in partition: Partition, missed: [WatchEvent], bufferLimit: Int = WatchHub.bufferLimit
    ) throws(StoreError) -> Stream {
        let topic = Topic(partition: partition, kind: kind)
        let (stream, continuation) = Stream.makeStream(
            of: WatchEvent.self, bufferingPolicy: .bufferingOldest(missed.count + bufferLimit))
        let number: UInt64? = state.withLock { state in
            guard state.count < Self.watcherLimit else { return nil }
            state.count += 1
            state.next += 1
            state.watchers[topic, default: [:]][state.next] = continuation
            return state.next
        }
        guard let number else {
            throw StoreError(.full, "cannot watch '\(kind.rawValue)': there are \(Self.watcherLimit) watchers already")
        }
        continuation.onTermination = { [weak self] _ in self?.remove(number, from: topic) }
        for event in missed { continuation.yield(event) }
        return stream
    }

    /// Hands events to every watcher of a kind.
    func publish(_ events: [WatchEvent], of kind: KindName, in partition: Partition) {
        let topic = Topic(partition: partition, kind: kind)
        let watchers = state.withLock { $0.watchers[topic] } ?? [:]
        for (number, watcher) in watchers {
            for event in events where !deliver(event, to: watcher) {
                remove(number, from: topic)
                watcher.finish(
                    throwing: StoreError(
                        .expired, "the watch of '\(kind.rawValue)' fell too far behind; list again and watch from there"
                    ))
                break
            }
        }
    }

    /// Hands the newest version to every watcher of a partition.
    func publishBookmark(_ version: ResourceVersion, in partition: Partition) {
        let kinds = state.withLock { $0.watchers.keys.filter { $0.partition == partition }.map(\.kind) }
        for kind in kinds { publish([.bookmark(version)], of: kind, in: partition) }
    }

    /// Ends every stream.
    func finishAll(_ error: StoreError) {
        let watchers = state.withLock { state in
            defer {
                state.watchers = [:]
                state.count = 0
            }
            return state.watchers.values.flatMap(\.values)
        }
        for watcher in watchers { watcher.finish(throwing: error) }
    }

    private func deliver(_ event: WatchEvent, to watcher: Stream.Continuation) -> Bool {
        if case .dropped = watcher.yield(event) { return false }
        return true
    }

    private func remove(_ number: UInt64, from topic: Topic) {
        state.withLock { state in
            guard state.watchers[topic]?.removeValue(forKey: number) != nil else { return }
            state.count -= 1
            if state.watchers[topic]?.isEmpty == true { state.watchers[topic] = nil }
        }
    }
}
