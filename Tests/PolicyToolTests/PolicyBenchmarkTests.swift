import PolicyTool
import Rego
import TestSupport
import Testing

@Suite struct PolicyBenchmarkTests {
    @Test func `every run is measured, and loading is not`() throws {
        let result = try #require(try run("count([1, 2, 3])", count: 2).last)
        #expect(!result.samples.isEmpty && result.samples == result.samples.sorted())
        #expect(result.samples.reduce(0, +) == result.elapsed)
        #expect(result.times.percentile(0) == result.samples.first && result.times.percentile(1) == result.samples.last)
        #expect(result.medianInterval.contains(result.times.percentile(0.5)))
        #expect(
            Double(result.samples[0]) <= result.times.mean && result.times.mean <= Double(result.times.percentile(1)))
        #expect(result.usage.steps > 0)
    }

    @Test func `an undefined query is an error unless that is wanted`() throws {
        let problems = #expect(throws: PolicyProblems.self) { try run("x := 1; x > 2") }
        #expect(problems?.problems.map(\.message) == ["undefined result"])
        #expect(try run("input.nothing", failsOnUndefined: false).count == 1)
        #expect(throws: PolicyProblems.self) { try run("x") }
    }

    @Test func `results are printed as Go prints its benchmarks`() throws {
        let result = try #require(try run("count([1, 2])").first)
        let json = try RegoValue(json: result.text(as: .json, query: "q", hasMetrics: true, hasMemory: true))
        #expect(json["N"] == RegoValue(result.samples.count) && json["T"] == RegoValue(result.elapsed))
        #expect(json["Extra"]?["histogram_timer_rego_query_eval_ns_count"] == json["N"])
        #expect(json["Extra"]?["histogram_timer_rego_query_eval_ns_99.9%"] != nil && json["Extra"]?["steps/op"] != nil)
        let line = result.text(as: .gobench, query: "data.rbac[\"allow\"]", hasMetrics: true, hasMemory: false)
        #expect(line.hasPrefix("BenchmarkDataRbacAllow\t\(result.samples.count)\t") && line.hasSuffix(" ns/op\n"))
        let table = result.text(as: .pretty, query: "q", hasMetrics: false, hasMemory: false)
        #expect(table.split(separator: "\n").count == 4 && table.contains("│ samples │"), "\(table)")
    }

    private func run(_ text: String, count: Int = 1, failsOnUndefined: Bool = true) throws -> [BenchmarkResult] {
        var benchmark = PolicyBenchmark(PolicyQuery(text))
        benchmark.count = count
        benchmark.failsOnUndefined = failsOnUndefined
        benchmark.duration = .milliseconds(5)
        benchmark.warmUp = .milliseconds(1)
        return try benchmark.run(data: [])
    }
}
