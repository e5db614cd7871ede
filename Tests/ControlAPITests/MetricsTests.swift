import ControlClient
import FoundationEssentials
import Glibc
import Metrics
import Model
import Testing

@testable import ControlAPI

@Suite struct MetricsTests {
    @Test func `what was recorded is rendered with help, type and escaped labels`() {
        let registry = MetricsRegistry()
        let counter = Counter(label: "workqueue_adds_total", dimensions: [("name", "a\"b\\c\nd")], factory: registry)
        counter.increment(by: 3)
        let recorder = Recorder(
            label: "workqueue_work_duration_seconds", dimensions: [("name", "q")], aggregate: true, factory: registry)
        recorder.record(0.2)
        recorder.record(100)
        let text = registry.render(resourceCounts: [.drifted: 2])
        #expect(text.contains("# TYPE workqueue_adds_total counter\n"))
        #expect(text.contains("workqueue_adds_total{name=\"a\\\"b\\\\c\\nd\"} 3\n"))
        #expect(text.contains("workqueue_work_duration_seconds_bucket{name=\"q\",le=\"0.1\"} 0\n"))
        #expect(text.contains("workqueue_work_duration_seconds_bucket{name=\"q\",le=\"0.25\"} 1\n"))
        #expect(text.contains("workqueue_work_duration_seconds_bucket{name=\"q\",le=\"+Inf\"} 2\n"))
        #expect(text.contains("workqueue_work_duration_seconds_sum{name=\"q\"} 100.2\n"))
        #expect(text.contains("aetheredge_resources{phase=\"Drifted\"} 2\n"))
        #expect(text.contains("process_resident_memory_bytes "))
        #expect(text.contains("process_start_time_seconds "))
    }

    @Test func `series beyond the limit and of another type are dropped and counted`() {
        let registry = MetricsRegistry()
        for index in 0..<(MetricsRegistry.seriesMaximum + 5) {
            registry.makeCounter(label: "c", dimensions: [("i", String(index))]).increment(by: 1)
        }
        registry.makeMeter(label: "c", dimensions: []).set(1.0)
        let text = registry.render(resourceCounts: [:])
        #expect(text.contains("aetheredge_metrics_dropped_series_total 6\n"))
    }

    @Test func `the daemon's own requests are counted and promtool finds nothing`() async throws {
        try await withServer { server in
            _ = try await server.client.list(blueprintKind)
            Counter(label: "workqueue_adds_total", dimensions: [("name", "q")], factory: server.metrics).increment()
            let bytes = try await server.client.send(path: "/metrics", accept: "*/*")
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(
                text.contains("apiserver_request_total{code=\"200\",resource=\"blueprints\",verb=\"list\"} 1\n"))
            #expect(try promtool(text) == "")
        }
    }

    /// What `promtool check metrics` says of a text; empty when it is not installed.
    private func promtool(_ text: String) throws -> String {
        guard access("/usr/bin/promtool", X_OK) == 0 else { return "" }
        let path = "/tmp/aetheredge-metrics-\(getpid())"
        try Data(text.utf8).write(to: URL(filePath: path))
        defer { unlink(path) }
        guard let pipe = popen("/usr/bin/promtool check metrics < \(path) 2>&1", "r") else { return "popen failed" }
        defer { pclose(pipe) }
        var output = ""
        while let line = readLine(from: pipe) { output += line }
        return output
    }

    private func readLine(from file: UnsafeMutablePointer<FILE>) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        // Safety: the buffer is as long as the call is told, and ends with a zero.
        guard fgets(&buffer, Int32(buffer.count), file) != nil else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
