import Metrics

/// The metrics of a work queue, under client-go's names.
struct WorkQueueMetrics: Sendable {
    let depth: Gauge
    let adds: Counter
    let retries: Counter
    let queueDuration: Recorder
    let workDuration: Recorder

    init(name: String) {
        let dimensions = [("name", name)]
        depth = Gauge(label: "workqueue_depth", dimensions: dimensions)
        adds = Counter(label: "workqueue_adds_total", dimensions: dimensions)
        retries = Counter(label: "workqueue_retries_total", dimensions: dimensions)
        queueDuration = Recorder(label: "workqueue_queue_duration_seconds", dimensions: dimensions)
        workDuration = Recorder(label: "workqueue_work_duration_seconds", dimensions: dimensions)
    }
}

extension Recorder {
    /// Records a duration in seconds.
    func recordSeconds(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        record(Double(seconds) + Double(attoseconds) / 1e18)
    }
}
