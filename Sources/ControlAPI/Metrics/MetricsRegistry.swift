public import Metrics
internal import Model
internal import Synchronization

/// Keeps the values of swift-metrics and renders them as Prometheus text.
///
/// Bootstrap it once (`MetricsSystem.bootstrap(registry)`) and give it to the server. Nothing runs unless a metric is
/// recorded or `/metrics` is asked for. At most `seriesMaximum` series are kept; what comes beyond is counted in
/// `aetheredge_metrics_dropped_series_total` and not kept.
public final class MetricsRegistry: MetricsFactory {
    /// The most series that are kept.
    public static let seriesMaximum = 2_000

    /// The identity of a series: its labels, sorted by name.
    struct Labels: Hashable, Sendable {
        let pairs: [String]

        init(_ dimensions: [(String, String)]) {
            var values: [String: String] = [:]
            for (name, value) in dimensions { values[MetricText.name(name)] = value }
            pairs = values.sorted { $0.key < $1.key }.map { "\($0.key)=\"\(MetricText.escaped($0.value))\"" }
        }
    }

    struct Family: Sendable {
        let type: MetricType
        var series: [Labels: MetricSeries] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var requests: [RequestKind: RequestSeries] = [:]
        var count = 0
        var dropped: Int64 = 0

        mutating func drop(_ type: MetricType) -> MetricSeries {
            dropped += 1
            return MetricSeries(type)
        }
    }

    private let state = Mutex(State())

    /// Makes an empty registry.
    public init() {}

    /// Makes a counter.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, .counter, dimensions)
    }

    /// Makes a counter of fractions.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { series(label, .counter, dimensions) }

    /// Makes a gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, .gauge, dimensions)
    }

    /// Makes a histogram, or a gauge where nothing is to be aggregated.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, aggregate ? .histogram : .gauge, dimensions)
    }

    /// Makes a histogram of seconds.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, .histogram, dimensions)
    }

    /// Keeps the series: a counter that goes away would look as if it were reset.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Keeps the series.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Keeps the series.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Keeps the series.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Keeps the series.
    public func destroyTimer(_ handler: any TimerHandler) {}

    /// The series of a family with labels; one that is not kept where there are too many or the type is another.
    func series(_ label: String, _ type: MetricType, _ dimensions: [(String, String)]) -> MetricSeries {
        let name = MetricText.name(label)
        let labels = Labels(dimensions)
        return state.withLock { state in
            if let family = state.families[name] {
                if family.type == type, let series = family.series[labels] { return series }
                guard family.type == type, state.count < Self.seriesMaximum else { return state.drop(type) }
            } else if state.count >= Self.seriesMaximum {
                return state.drop(type)
            }
            let series = MetricSeries(type)
            state.families[name, default: Family(type: type)].series[labels] = series
            state.count += 1
            return series
        }
    }

    /// The families as they are now, and how many series were not kept.
    func snapshot() -> (families: [String: Family], dropped: Int64) {
        state.withLock { ($0.families, $0.dropped) }
    }

    /// Counts an answered request of the API itself.
    func observeRequest(verb: String, resource: String, code: Int, duration: Duration) {
        let kind = RequestKind(verb: verb, resource: resource, code: code)
        let known = state.withLock { $0.requests[kind] }
        let request = known ?? makeRequestSeries(kind)
        request.total.increment(by: 1 as Int64)
        // A watch lasts as long as its client likes: its duration says nothing.
        guard let histogram = request.duration else { return }
        let (seconds, attoseconds) = duration.components
        histogram.record(Double(seconds) + Double(attoseconds) / 1e18)
    }

    /// What tells requests apart is of our own making, so there are few kinds.
    private func makeRequestSeries(_ kind: RequestKind) -> RequestSeries {
        let dimensions = [("verb", kind.verb), ("resource", kind.resource)]
        let total = series("apiserver_request_total", .counter, dimensions + [("code", String(kind.code))])
        let duration =
            kind.verb == "watch" ? nil : series("apiserver_request_duration_seconds", .histogram, dimensions)
        let request = RequestSeries(total: total, duration: duration)
        state.withLock { $0.requests[kind] = request }
        return request
    }
}

/// What the API's own metrics tell requests apart by.
private struct RequestKind: Hashable {
    let verb: String
    let resource: String
    let code: Int
}

/// The series that a request is counted in.
private struct RequestSeries: Sendable {
    let total: MetricSeries
    let duration: MetricSeries?
}

/// The types of Prometheus that are used.
enum MetricType: String, Sendable, Hashable {
    case counter
    case gauge
    case histogram
}
