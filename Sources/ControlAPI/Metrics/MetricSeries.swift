internal import Metrics
internal import Synchronization

/// One series: a counter, a gauge or a histogram with fixed buckets.
final class MetricSeries: Sendable {
    /// The upper bounds of a histogram's buckets, in seconds.
    static let bounds: [Double] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

    /// What a series holds.
    struct Value: Sendable {
        /// The count of a counter, the value of a gauge, the sum of a histogram.
        var number: Double = 0
        /// How many values of a histogram lie in each bucket, the last one without a bound.
        var buckets: [UInt64]
    }

    let type: MetricType
    private let value: Mutex<Value>

    init(_ type: MetricType) {
        self.type = type
        value = Mutex(Value(buckets: type == .histogram ? Array(repeating: 0, count: Self.bounds.count + 1) : []))
    }

    /// What it holds now.
    func current() -> Value { value.withLock { $0 } }

    private func add(_ amount: Double) { value.withLock { $0.number += amount } }
    private func replace(_ number: Double) { value.withLock { $0.number = number } }

    private func observe(_ number: Double) {
        guard type == .histogram else { return replace(number) }
        guard number.isFinite else { return }
        let bucket = Self.bounds.firstIndex { number <= $0 } ?? Self.bounds.count
        value.withLock {
            $0.number += number
            $0.buckets[bucket] += 1
        }
    }
}

extension MetricSeries: CounterHandler {
    func increment(by amount: Int64) { add(Double(amount)) }
    func reset() { replace(0) }
}

extension MetricSeries: FloatingPointCounterHandler {
    func increment(by amount: Double) { add(amount) }
}

extension MetricSeries: MeterHandler {
    func set(_ value: Int64) { replace(Double(value)) }
    func set(_ value: Double) { replace(value) }
    func decrement(by amount: Double) { add(-amount) }
}

extension MetricSeries: RecorderHandler {
    func record(_ value: Int64) { observe(Double(value)) }
    func record(_ value: Double) { observe(value) }
}

extension MetricSeries: TimerHandler {
    func recordNanoseconds(_ duration: Int64) { observe(Double(duration) / 1e9) }
}
