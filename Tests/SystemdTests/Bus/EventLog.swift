@testable import Systemd

/// What handlers reported, to be waited for.
final class EventLog<Event: Sendable>: Sendable {
    private let events = Monitor<[Event]>([])

    func add(_ event: Event) {
        events.update { $0.append(event) }
    }

    var all: [Event] { events.update { $0 } }

    /// The first event that a test looks for; nil if it does not come in a minute.
    func first<Found>(where matching: (Event) -> Found?) -> Found? {
        events.wait(until: .now + .seconds(60)) { events in
            for event in events {
                if let found = matching(event) { return found }
            }
            return nil
        }
    }

    /// Whether so many events came within a minute.
    func waitForCount(_ count: Int) -> Bool {
        events.wait(until: .now + .seconds(60)) { $0.count >= count ? true : nil } ?? false
    }
}
