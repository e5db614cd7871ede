import PolicyTool
import Rego
import TestSupport
import Testing

@Suite struct PolicyTracingTests {
    private static let policy = [
        "p.rego": """
        package p

        allow if {
            input.user == "ann"
            trace("it is ann")
            role == "admin"
        }

        role := r if some r in data.roles

        never if input.user == "nobody"
        """,
        "data.json": #"{"roles": ["admin"]}"#,
    ]

    @Test func `fails are told with what led there, each beside its place`() throws {
        let lines = lines(try report(["user": "bob"]) { $0.explanation = .fails })
        #expect(
            lines == [
                "query:1 Enter data.p.allow", "p.rego:3 | Enter data.p.allow",
                #"p.rego:4 | | Fail input.user == "ann""#, "query:1 | Fail data.p.allow", "undefined",
            ], "\(lines)")
    }

    @Test func `notes are told with what led there`() throws {
        let lines = lines(try report(["user": "ann"]) { $0.explanation = .notes })
        #expect(
            lines == [
                "query:1 Enter data.p.allow", "p.rego:3 | Enter data.p.allow", #"p.rego:5 | | Note "it is ann""#,
                "true",
            ], "\(lines)")
    }

    @Test func `a full explanation is in the JSON too, and none of it with other formats`() throws {
        let report = try report(["user": "ann"]) { $0.explanation = .full }
        let json = try RegoValue(json: report.text(as: .json).output)
        guard case .array(let events)? = json["explanation"] else {
            Issue.record("no explanation: \(json)")
            return
        }
        #expect(events[0]["Op"] == "Enter" && events[0]["QueryID"] == 0 && events[3]["ParentID"] == 0)
        #expect(events[3]["Op"] == "Enter" && events[3]["QueryID"] == 1 && events[3]["Location"]?["row"] == 3)
        #expect(report.text(as: .raw).output == "true\n")
        #expect(report.text(as: .values).output == "[\n  true\n]\n")
    }

    @Test func `the times of several runs are told together, and the result of the first`() throws {
        let report = try report(["user": "ann"], count: 3) {
            $0.hasMetrics = true
            $0.hasProfile = true
            $0.profileLimit = 1
        }
        let json = try RegoValue(json: report.text(as: .json).output)
        #expect(json["metrics"] == nil && json["profile"] == nil && json["result"]?[0] != nil)
        for name in ["load_files", "module_compile", "query_compile", "query_eval"] {
            let times = json["aggregated_metrics"]?[RegoValue("timer_rego_\(name)_ns")]
            #expect(times?["count"] == 3 && times?["min"] != nil && times?["99.99%"] != nil, "\(json)")
        }
        #expect(json["aggregated_profile"]?[1] == nil)
        let line = json["aggregated_profile"]?[0]
        #expect(line?["total_time_ns_stats"]?["count"] == 3 && line?["num_eval"] == 1 && line?["location"] != nil)
        let pretty = report.text(as: .pretty).output
        #expect(pretty.contains("MEAN") && pretty.contains("timer_rego_query_eval_ns"))
    }

    @Test func `what an evaluation used up is told beside the times of its stages`() throws {
        let report = try report(["user": "ann"]) {
            $0.hasMetrics = true
            $0.hasCounters = true
        }
        let metrics = try RegoValue(json: report.text(as: .json).output)["metrics"]
        #expect(metrics?["counter_eval_steps"] != nil && metrics?["timer_rego_query_eval_ns"] != nil)
        #expect(report.text(as: .pretty).output.contains("counter_eval_value_bytes"))
    }

    @Test func `a profile counts evaluations line by line`() throws {
        let report = try report(["user": "ann"], query: "count([1 | some i in [1, 2, 3]; data.p.allow]) == 3") {
            $0.hasProfile = true
            $0.hasMetrics = true
            $0.profileOrders = [.evaluations]
            $0.profileLimit = 2
        }
        let entries = try #require(report.trace.profile)
        #expect(entries.count == 2)
        #expect(entries[0].location.file.isEmpty && entries[0].evaluationCount >= 4)
        let json = try RegoValue(json: report.text(as: .json).output)
        #expect(json["profile"]?[0]?["location"]?["row"] == 1, "\(json)")
        #expect(json["profile"]?[1]?["num_eval"] != nil && json["profile"]?[1]?["total_time_ns"] != nil)
        #expect(json["metrics"]?["timer_rego_query_eval_ns"] != nil)
        let text = report.text(as: .pretty).output
        #expect(text.contains("NUM GEN EXPR") && text.contains("timer_rego_load_files_ns"), "\(text)")
    }

    @Test func `a profile is sorted by what is asked for, then by the rest`() throws {
        let report = try report(["user": "ann"]) {
            $0.hasProfile = true
            $0.profileOrders = [.file, .line]
            $0.profileLimit = 0
        }
        let places = try #require(report.trace.profile).map(\.location.row)
        #expect(places == [9, 6, 5, 4, 1], "\(places)")
    }

    @Test func `coverage tells the lines that were reached and those that were not`() throws {
        let report = try report(["user": "bob"]) { $0.hasCoverage = true }
        let coverage = try #require(report.trace.coverage)
        let file = try #require(coverage.files.values.first)
        #expect(file.covered == [4] && file.missed == [3, 5, 6, 9, 11], "\(file)")
        #expect(coverage.share == 1666)
        let json = try RegoValue(json: report.text(as: .json).output)
        let name = RegoValue(try #require(coverage.files.keys.first))
        #expect(json["coverage"]?["files"]?[name]?["not_covered"]?[1]?["end"]?["row"] == 6, "\(json)")
        #expect(json["coverage"]?["coverage"] == RegoValue.number(try #require(RegoNumber(text: "16.66"))))
        #expect(json["coverage"]?["not_covered_lines"] == 5)
    }

    @Test func `a broken evaluation still tells how it came to that`() throws {
        let report = try report(["user": "ann"], query: "{x: y | x := 1; some y in [1, 2]}") { $0.explanation = .full }
        #expect(report.hasFailed && !report.trace.explanation.isEmpty)
        let text = report.text(as: .pretty)
        #expect(text.output.hasPrefix("query:1     Enter") && text.errors.contains("object keys must be unique"))
    }

    @Test func `tests can be asked for their coverage, and for enough of it`() throws {
        let files = [
            "test.rego": """
            package test

            p := 1 if {
                1 == 1
            }
            q := 2
            r := 3
            test_q if { q == 2 }
            """
        ]
        try withFiles(files) { (root) throws in
            var tests = TestRun()
            tests.hasCoverage = true
            let coverage = try #require(try tests.run([root]).coverage)
            #expect(coverage.share == 4_000 && coverage.coveredCount == 2)
            #expect(
                coverage.complaint(threshold: 100, isVerbose: true) == """
                    Code coverage threshold not met: got 40.00 instead of 100.00
                    Lines not covered:
                    \t\(root)/test.rego:3-4
                    \t\(root)/test.rego:7

                    """)
            #expect(coverage.complaint(threshold: 40, isVerbose: true) == nil)
            tests.hasCoverage = false
            #expect(try tests.run([root]).coverage == nil)
        }
    }

    /// The lines of the text for people, files without their directory and columns with one space between.
    private func lines(_ report: PolicyReport) -> [String] {
        report.text(as: .pretty).output.split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            guard let first = words.first, let name = first.split(separator: "/").last else { return String(line) }
            return ([String(name)] + words.dropFirst()).joined(separator: " ")
        }
    }

    private func report(
        _ input: RegoValue, query: String = "data.p.allow", count: Int = 1,
        _ configure: (inout PolicyTracing) -> Void
    ) throws -> PolicyReport {
        try withFiles(Self.policy) { (root) throws in
            var evaluation = PolicyQuery(query)
            evaluation.count = count
            configure(&evaluation.tracing)
            return evaluation.report(data: [root], input: input)
        }
    }
}
