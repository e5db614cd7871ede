import Rego
import Synchronization

/// Takes the events of one or more evaluations and keeps what is wanted of them.
final class TraceCollector: Sendable {
    /// How many events an explanation has at most; what comes behind them is only counted.
    static let eventMaximum = 1_000_000

    private struct State {
        var selection: TraceSelection
        var events: [TraceEvent] = []
        var dropped = 0
        var profile: PolicyProfile.Recorder?
        var coverage: PolicyCoverage.Recorder?
    }

    private let state: Mutex<State>

    init(explanation: ExplanationMode = .off, hasProfile: Bool = false, hasCoverage: Bool = false) {
        state = Mutex(
            State(
                selection: TraceSelection(explanation), profile: hasProfile ? PolicyProfile.Recorder() : nil,
                coverage: hasCoverage ? PolicyCoverage.Recorder() : nil))
    }

    @Sendable func take(_ event: TraceEvent) {
        state.withLock { state in
            state.profile?.take(event)
            state.coverage?.take(event)
            for event in state.selection.take(event) {
                if state.events.count < Self.eventMaximum {
                    state.events.append(event)
                } else {
                    state.dropped += 1
                }
            }
        }
    }

    /// The events that were chosen, and how many more there were than are kept.
    var explanation: (events: [TraceEvent], dropped: Int) { state.withLock { ($0.events, $0.dropped) } }

    /// The time that expressions took.
    var profile: PolicyProfile? { state.withLock { $0.profile?.result } }

    /// The lines that were reached.
    func coverage(of modules: [RegoModule]) -> PolicyCoverage? {
        state.withLock { $0.coverage }.map { PolicyCoverage($0, modules: modules) }
    }
}
