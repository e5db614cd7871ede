import Model
import Synchronization

/// Hands what was committed to the watchers of a kind.
///
/// Events are published one after the other, in the order of commits, so that every watcher sees each change once and
/// in order. A watcher that does not keep up is dropped with `.expired`; the publisher never waits for one.
///
/// A backend that can subscribe between two commits calls `subscribe`. One that cannot takes a place with `reserve`,
/// reads what was missed, and calls `begin`: what is published in between waits at the place.
final class WatchHub: Sendable {
    /// More watchers than this are refused.
    static let watcherLimit = 2_048
    /// How many undelivered events a watcher may have beyond those it began with.
    static let bufferLimit = 1_024

    typealias Stream = AsyncThrowingStream<WatchEvent, any Error>

    /// A place among the watchers of a kind whose stream has not begun.
    struct Place: Sendable {
        fileprivate let topic: Topic
        fileprivate let number: UInt64
    }

    fileprivate struct Topic: Hashable {
        let partition: Partition
        let kind: KindName
    }

    private enum Watcher {
        /// What was published since the place was taken, nil once that was more than the buffer holds; and the version
        /// before which it may not begin.
        case waiting([WatchEvent]?, floor: ResourceVersion?)
        /// Hears what comes after a version; without one, everything.
        case live(Stream.Continuation, after: ResourceVersion?)
    }

    private struct State {
        var next: UInt64 = 0
        var count = 0
        var watchers: [Topic: [UInt64: Watcher]] = [:]
    }

    private let state = Mutex(State())

    /// Whether anybody watches a kind.
    func isWatched(_ kind: KindName, in partition: Partition) -> Bool {
        state.withLock { $0.watchers[Topic(partition: partition, kind: kind)] != nil }
    }

    /// Begins a stream with what a watcher missed, followed by everything that is published from now on; nothing may be
    /// published meanwhile.
    func subscribe(
        _ kind: KindName, in partition: Partition, missed: [WatchEvent], bufferLimit: Int = WatchHub.bufferLimit
    ) throws(StoreError) -> Stream {
        let place = try reserve(kind, in: partition)
        return try begin(place, missed: missed, after: nil, bufferLimit: bufferLimit)
    }

    /// Takes a place among the watchers of a kind; it must be begun or given up.
    func reserve(_ kind: KindName, in partition: Partition) throws(StoreError) -> Place {
        let topic = Topic(partition: partition, kind: kind)
        let number: UInt64? = state.withLock { state in
            guard state.count < Self.watcherLimit else { return nil }
            state.count += 1
            state.next += 1
            state.watchers[topic, default: [:]][state.next] = .waiting([], floor: nil)
            return state.next
        }
        guard let number else {
            throw StoreError(.full, "cannot watch '\(kind.rawValue)': there are \(Self.watcherLimit) watchers already")
        }
        return Place(topic: topic, number: number)
    }

    /// Gives a place up.
    func abandon(_ place: Place) { remove(place.number, from: place.topic) }

    /// Begins the stream of a place with what its watcher missed up to a version, followed by what was and is published
    /// with a higher one.
    func begin(
        _ place: Place, missed: [WatchEvent], after version: ResourceVersion?, bufferLimit: Int = WatchHub.bufferLimit
    ) throws(StoreError) -> Stream {
        let (stream, continuation) = Stream.makeStream(
            of: WatchEvent.self, bufferingPolicy: .bufferingOldest(missed.count + bufferLimit))
        for event in missed { continuation.yield(event) }
        while let events = try takeWaiting(at: place, orGoLive: continuation, after: version) {
            for event in events where event.isAfter(version) { continuation.yield(event) }
        }
        continuation.onTermination = { [weak self] _ in self?.remove(place.number, from: place.topic) }
        return stream
    }

    /// Hands events to every watcher of a kind; never called by two threads at once for one partition.
    func publish(_ events: [WatchEvent], of kind: KindName, in partition: Partition) {
        let topic = Topic(partition: partition, kind: kind)
        let live = state.withLock { state in
            var live: [(UInt64, Stream.Continuation, ResourceVersion?)] = []
            for (number, watcher) in state.watchers[topic] ?? [:] {
                switch watcher {
                case .live(let continuation, let version): live.append((number, continuation, version))
                case .waiting(let waiting, let floor):
                    let all = waiting.map { $0 + events }.flatMap { $0.count <= Self.bufferLimit ? $0 : nil }
                    state.watchers[topic]?[number] = .waiting(all, floor: floor)
                }
            }
            return live
        }
        for (number, watcher, version) in live {
            for event in events where event.isAfter(version) && !deliver(event, to: watcher) {
                remove(number, from: topic)
                watcher.finish(throwing: Self.expiry(kind))
                break
            }
        }
    }

    /// Hands the newest version to every watcher of a partition.
    func publishBookmark(_ version: ResourceVersion, in partition: Partition) {
        let kinds = state.withLock { $0.watchers.keys.filter { $0.partition == partition }.map(\.kind) }
        for kind in kinds { publish([.bookmark(version)], of: kind, in: partition) }
    }

    /// Ends the streams of a kind, or of all; those that have not begun end as they begin.
    ///
    /// With `floor`, those stay that hear what comes after that version or a later one.
    func finish(
        _ kind: KindName? = nil, in partition: Partition, before floor: ResourceVersion? = nil, _ error: StoreError
    ) {
        let watchers = state.withLock { state in
            var live: [Stream.Continuation] = []
            for topic in state.watchers.keys where topic.partition == partition && (kind == nil || topic.kind == kind) {
                for (number, watcher) in state.watchers[topic] ?? [:] {
                    switch watcher {
                    case .live(_, let version?) where floor.map { $0 <= version } ?? false: continue
                    case .live(let continuation, _): live.append(continuation)
                    case .waiting(let events, _) where floor != nil:
                        state.watchers[topic]?[number] = .waiting(events, floor: floor)
                        continue
                    case .waiting: break
                    }
                    state.watchers[topic]?[number] = nil
                    state.count -= 1
                }
                if state.watchers[topic]?.isEmpty == true { state.watchers[topic] = nil }
            }
            return live
        }
        for watcher in watchers { watcher.finish(throwing: error) }
    }

    /// Ends every stream.
    func finishAll(_ error: StoreError) {
        let partitions = state.withLock { Set($0.watchers.keys.map(\.partition)) }
        for partition in partitions { finish(in: partition, error) }
    }

    /// What waits at a place; nil once nothing does, and the watcher is live.
    private func takeWaiting(
        at place: Place, orGoLive continuation: Stream.Continuation, after version: ResourceVersion?
    ) throws(StoreError) -> [WatchEvent]? {
        enum Finding {
            case events([WatchEvent])
            case live
            case lost
        }
        let finding: Finding = state.withLock { state in
            guard case .waiting(let waiting?, let floor) = state.watchers[place.topic]?[place.number],
                floor.map({ floor in version.map { $0 >= floor } ?? false }) ?? true
            else { return .lost }
            let isLive = waiting.isEmpty
            state.watchers[place.topic]?[place.number] =
                isLive ? .live(continuation, after: version) : .waiting([], floor: floor)
            return isLive ? .live : .events(waiting)
        }
        switch finding {
        case .events(let events): return events
        case .live: return nil
        case .lost:
            abandon(place)
            throw Self.expiry(place.topic.kind)
        }
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

    private static func expiry(_ kind: KindName) -> StoreError {
        StoreError(
            .expired, "the watch of '\(kind.rawValue)' fell too far behind; list again and watch from there")
    }
}

extension WatchEvent {
    /// Whether the event brings its watcher beyond a version.
    fileprivate func isAfter(_ version: ResourceVersion?) -> Bool {
        guard let version else { return true }
        switch self {
        case .added(let object), .modified(let object), .deleted(let object):
            return object.metadata.resourceVersion.map { $0 > version } ?? true
        case .bookmark(let newest): return newest > version
        }
    }
}
