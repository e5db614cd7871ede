import PolicyTool
import Rego
import TestSupport
import Testing

@Suite struct TestRunTests {
    private static let tests = """
        package p_test
        import data.p
        test_ok if p.allow with input as {"user": "ann"}
        test_bad if { print("seen", 1); p.allow }
        test_ok if false
        todo_test_later if false
        test_conflict := x if some x in [true, false]
        test_cases[note] if {
            some note, tc in {"one": {"x": 1, "y": 2}, "two": {"x": 2, "y": 4}, "three": {"x": 3, "y": 5}}
            tc.x * 2 == tc.y
        }
        helper if false
        """

    @Test func `tests pass, fail, are planned or cannot be evaluated`() throws {
        let report = try run(Self.tests)
        let names = report.results.map(\.test.name)
        #expect(
            names == ["test_ok", "test_bad", "test_ok#01", "todo_test_later", "test_conflict", "test_cases"], "\(names)"
        )
        let outcomes = report.results.map(\.outcome)
        #expect(outcomes[0] == .passed && outcomes[1] == .failed && outcomes[2] == .failed && outcomes[3] == .planned)
        guard case .broken(let problems) = outcomes[4] else {
            Issue.record("two values for one rule were taken for \(outcomes[4])")
            return
        }
        #expect(problems.map(\.code) == ["eval_conflict_error"])
        #expect(report.results[1].output == "seen 1\n")
        #expect(report.hasFailed(acceptsPlanned: true))
    }

    @Test func `each case of a test is told, also one that is not in its value`() throws {
        let result = try #require(try run(Self.tests).results.last)
        #expect(result.outcome == .failed)
        #expect(result.cases.map(\.name) == ["one", "three", "two"])
        #expect(result.cases.map(\.hasFailed) == [false, true, false])
    }

    @Test func `a test that holds is measured`() throws {
        var tests = TestRun()
        tests.benchmarkDuration = .milliseconds(20)
        let report = try run("package a_test\ntest_a_b if 1 < 2\ntest_c if 1 > 2\n", tests)
        let first = try #require(report.results.first)
        #expect(first.benchmark?.samples.isEmpty == false && report.results.last?.benchmark == nil)
        let lines = report.text(isVerbose: false).split(separator: "\n")
        #expect(lines.first?.hasPrefix("data.a_test.test_a_b\t") == true, "\(lines)")
        #expect(lines.first?.contains(" ns/op\t") == true && lines.first?.hasSuffix(" value-B/op") == true)
        let go = report.text(isVerbose: false, hasGoNames: true, hasMemory: false).split(separator: "\n")
        #expect(go.first?.hasPrefix("BenchmarkDataATestTestAB\t") == true && go.first?.hasSuffix(" ns/op") == true)
        let json = try RegoValue(json: report.json)
        #expect(json[0]?["benchmark_result"]?["N"] != nil && json[1]?["benchmark_result"] == nil)
    }

    @Test func `a pattern chooses tests by their full name`() throws {
        var tests = TestRun()
        tests.pattern = #"p_test\.test_(ok|cases)$"#
        #expect(try run(Self.tests, tests).results.map(\.test.name) == ["test_ok", "test_cases"])
        tests.pattern = "("
        #expect(throws: PolicyProblems.self) { try run(Self.tests, tests) }
    }

    @Test func `the report for people names what did not pass, and counts`() throws {
        let text = try run("package a_test\ntest_a if true\ntest_b if false\ntodo_test_c if true\n").text(
            isVerbose: false)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.count == 8, "\(text)")
        #expect(lines[0].hasSuffix("/test.rego:3:"))
        #expect(lines[1].hasPrefix("data.a_test.test_b: FAIL (") && lines[1].hasSuffix("s)"))
        #expect(lines[3] == "data.a_test.todo_test_c: SKIPPED")
        #expect(lines[4] == String(repeating: "-", count: 80))
        #expect(lines[5...] == ["PASS: 1/3", "FAIL: 1/3", "SKIPPED: 1/3"])
        #expect(try run("package a\ntest_a if true").text(isVerbose: false) == "PASS: 1/1\n")
        #expect(try run("package a\ntest_a if true").text(isVerbose: true).contains("data.a.test_a: PASS ("))
    }

    @Test func `the report as JSON is a list of tests`() throws {
        let json = try RegoValue(json: try run(Self.tests).json)
        guard case .array(let list) = json else {
            Issue.record("no list: \(json)")
            return
        }
        #expect(list.count == 6)
        #expect(list[1]["package"] == "data.p_test" && list[1]["name"] == "test_bad" && list[1]["fail"] == true)
        #expect(list[1]["output"] == "c2VlbiAxCg==" && list[1]["location"]?["row"] == 4)
        #expect(list[3]["skip"] == true && list[4]["error"]?["code"] == "eval_conflict_error")
        #expect(list[5]["sub_results"]?["three"]?["fail"] == true)
    }

    @Test func `a test that does not end is one that cannot be evaluated`() throws {
        var tests = TestRun()
        tests.timeout = .milliseconds(50)
        let text = """
            package a
            test_long if count([1 | some i in numbers.range(1, 99999); some j in numbers.range(1, 99999); i == j]) > 0
            test_short if true
            """
        let outcomes = try run(text, tests).results.map(\.outcome)
        guard case .broken = outcomes.first else {
            Issue.record("\(outcomes)")
            return
        }
        #expect(outcomes.last == .passed)
    }

    @Test func `modules that cannot be compiled are no tests that failed`() throws {
        #expect(throws: PolicyProblems.self) { try run("package a\ntest_a if x") }
        #expect(throws: PolicyProblems.self) { try run("package a\ntest_a if") }
        // A case whose name depends on what stands further down is known by its value only.
        let late = try run("package a\ntest_a[k] if { k = v; v = [\"x\"][_] }")
        #expect(late.results.map(\.outcome) == [.passed])
    }

    private func run(_ text: String, _ tests: TestRun = TestRun()) throws -> TestReport {
        try withFiles(["test.rego": text, "p.rego": "package p\nallow if input.user == \"ann\""]) {
            try tests.run([$0])
        }
    }
}
