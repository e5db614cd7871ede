import Model
import Synchronization

/// Notices events of one object that differ in their message only.
///
/// The figures are those of client-go: ten messages within ten minutes, 4,096 objects and reasons.
final class SimilarEvents: Sendable {
    /// So many different messages are told one by one.
    static let messagesMaximum = 10
    /// For so long a message counts.
    static let intervalSeconds: Int64 = 600
    /// So many objects and reasons are remembered; beyond, those that were not heard of the longest are forgotten.
    static let groupsMaximum = 4_096

    private struct Group: Hashable {
        let kind: String
        let name: String
        let uid: String?
        let type: String
        let reason: String
    }

    private struct Heard {
        var messages: Set<String> = []
        var last: WallTime
    }

    private let groups = Mutex<[Group: Heard]>([:])

    /// Takes in an event; answers whether it is one of too many that differ in their message only.
    func note(_ event: EventKind.Spec, at time: WallTime) -> Bool {
        let group = Group(
            kind: event.involvedKind, name: event.involvedName, uid: event.involvedUID, type: event.type,
            reason: event.reason)
        return groups.withLock { groups in
            var heard = groups[group] ?? Heard(last: time)
            if heard.last.adding(seconds: Self.intervalSeconds) < time { heard.messages = [] }
            heard.last = time
            let isOneTooMany =
                heard.messages.count >= Self.messagesMaximum && !heard.messages.contains(event.message)
            if !isOneTooMany { heard.messages.insert(event.message) }
            groups[group] = heard
            if groups.count > Self.groupsMaximum { Self.forgetOldest(&groups) }
            return isOneTooMany
        }
    }

    /// Forgets half, so that it happens seldom.
    private static func forgetOldest(_ groups: inout [Group: Heard]) {
        let times = groups.values.map(\.last).sorted()
        let middle = times[times.count / 2]
        groups = groups.filter { $0.value.last > middle }
    }
}
