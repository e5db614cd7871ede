public import Rego

/// What is told of an evaluation beside its result.
public struct PolicyTracing: Sendable {
    /// How much of the trace is told.
    public var explanation = ExplanationMode.off
    /// Whether the time of expressions is told.
    public var hasProfile = false
    /// What the times are sorted by first.
    public var profileOrders: [PolicyProfile.Order] = []
    /// How many times are told; 0 for all.
    public var profileLimit = 10
    /// Whether the lines that were reached are told.
    public var hasCoverage = false
    /// Whether the time of each stage is told.
    public var hasMetrics = false
    /// Whether what the evaluation used up of its limits is told beside these times.
    public var hasCounters = false

    /// Tells nothing.
    public init() {}

    var needsTrace: Bool { explanation != .off || hasProfile || hasCoverage }

    var collector: TraceCollector? {
        guard needsTrace else { return nil }
        return TraceCollector(explanation: explanation, hasProfile: hasProfile, hasCoverage: hasCoverage)
    }

    func trace(of collector: TraceCollector?, modules: [RegoModule]) -> PolicyTrace {
        var trace = PolicyTrace()
        guard let collector else { return trace }
        (trace.explanation, trace.droppedCount) = collector.explanation
        trace.profile = collector.profile?.sorted(by: profileOrders, limit: profileLimit)
        trace.coverage = collector.coverage(of: modules)
        return trace
    }
}

/// What was told of an evaluation beside its result.
public struct PolicyTrace: Sendable {
    /// The events that were asked for.
    public internal(set) var explanation: [TraceEvent] = []
    /// How many more there were than are kept.
    public internal(set) var droppedCount = 0
    /// The time of expressions, sorted.
    public internal(set) var profile: [PolicyProfile.Entry]?
    /// The lines that were reached.
    public internal(set) var coverage: PolicyCoverage?
    /// The time of the stages in nanoseconds, by name.
    public internal(set) var timers: [(name: String, nanoseconds: Int)] = []
    /// What the evaluation used up of its limits, by name.
    public internal(set) var counters: [(name: String, value: Int)] = []
    /// The times of the stages over several runs, in place of those of one.
    public internal(set) var aggregatedTimers: [(name: String, times: Samples)] = []
    /// The times of the lines over several runs, in place of those of one.
    public internal(set) var aggregatedProfile: [(entry: PolicyProfile.Entry, times: Samples)]?
}

extension PolicyTrace {
    /// Replaces the times of one run by those of several, of which this is the first.
    mutating func aggregate(with others: [PolicyTrace], by tracing: PolicyTracing) {
        let all = [self] + others
        aggregatedTimers = timers.map { timer in
            (timer.name, Samples(all.compactMap { $0.timers.first { $0.name == timer.name }?.nanoseconds }))
        }
        timers = []
        guard let profile else { return }
        var times: [PolicyProfile.Place: [Int]] = [:]
        for entry in all.flatMap({ $0.profile ?? [] }) { times[entry.place, default: []].append(entry.nanoseconds) }
        let samples = times.mapValues { Samples($0) }
        let entries = profile.map { entry in
            var entry = entry
            // What they are sorted by.
            entry.nanoseconds = Int((samples[entry.place]?.mean ?? 0).rounded())
            return entry
        }
        aggregatedProfile = PolicyProfile(entries: entries)
            .sorted(by: tracing.profileOrders, limit: tracing.profileLimit)
            .map { ($0, samples[$0.place] ?? Samples([])) }
        self.profile = nil
    }
}

/// Measures the stages of an evaluation.
struct PolicyTimers {
    private(set) var values: [(name: String, nanoseconds: Int)] = []

    mutating func measure<Value, Failure: Error>(
        _ name: String, _ work: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let clock = ContinuousClock()
        let start = clock.now
        defer { values.append((name, Int((clock.now - start) / .nanoseconds(1)))) }
        return try work()
    }
}
