import PolicyTool
import Rego
import TestSupport
import Testing

@Suite struct PolicyReportTests {
    private static let policy = [
        "p.rego": "package p\nallow if input.user == \"ann\"\nnames contains n if some n in data.names"
    ]

    @Test func `JSON has expressions with value, text and place, and the bindings`() throws {
        let report = try report("x := 1 + 1; y = {\"a<b\"}", as: .json)
        #expect(
            report.output == """
                {
                  "result": [
                    {
                      "expressions": [
                        {
                          "value": true,
                          "text": "x := 1 + 1",
                          "location": {
                            "row": 1,
                            "col": 1
                          }
                        },
                        {
                          "value": true,
                          "text": "y = {\\"a\\u003cb\\"}",
                          "location": {
                            "row": 1,
                            "col": 13
                          }
                        }
                      ],
                      "bindings": {
                        "x": 2,
                        "y": [
                          "a\\u003cb"
                        ]
                      }
                    }
                  ]
                }

                """)
    }

    @Test func `an undefined query is an empty object, and the word for people`() throws {
        #expect(try report("data.p.allow", as: .json).output == "{}\n")
        #expect(try report("data.p.allow", as: .pretty).output == "undefined\n")
        #expect(try report("data.p.allow", as: .raw).output == "")
    }

    @Test func `an error is JSON with message, code and place`() throws {
        let report = try report("data.p.allow; x", as: .json)
        #expect(
            report.output == """
                {
                  "errors": [
                    {
                      "message": "var x is unsafe",
                      "code": "rego_unsafe_var_error",
                      "location": {
                        "file": "",
                        "row": 1,
                        "col": 15
                      }
                    }
                  ]
                }

                """)
        #expect(report.errors.isEmpty)
    }

    @Test(arguments: [PolicyFormat.raw, .pretty, .values, .bindings]) func `for people an error is told apart`(
        format: PolicyFormat
    ) throws {
        let report = try report("x", as: format)
        #expect(report.output.isEmpty)
        #expect(report.errors == "1 error occurred: 1:1: rego_unsafe_var_error: var x is unsafe\n")
    }

    @Test func `raw is for scripts`() throws {
        #expect(try report("\"a b\"", as: .raw).output == "a b\n")
        #expect(try report("1; [\"x\"]", as: .raw).output == "1 [\"x\"]\n")
        #expect(try report("some x in [1, 2]; x * 2", as: .raw).output == "true 2\ntrue 4\n")
    }

    @Test func `false is an answer of one expression without search, and no row else`() throws {
        #expect(try report("1 == 2", as: .raw).output == "false\n")
        #expect(try report("data.p.names == {1}", as: .raw).output == "false\n")
        #expect(try report("x := 1; x > 2", as: .json).output == "{}\n")
        #expect(try report("[true, false][i]", as: .bindings).output == "{\n  \"i\": 0\n}\n")
        #expect(try report("count([x | x := [1, 2][_]]) == 1", as: .raw).output == "false\n")
        #expect(try report("1 == 2; 1 == 1", as: .raw).output == "")
    }

    @Test func `values and bindings are a line of JSON for each row`() throws {
        #expect(try report("x := [1, 2][_]; x * 2", as: .values).output == "[\n  true,\n  2\n]\n[\n  true,\n  4\n]\n")
        #expect(try report("x := [1, 2][_]", as: .bindings).output == "{\n  \"x\": 1\n}\n{\n  \"x\": 2\n}\n")
    }

    @Test func `pretty is the value, or a table of variables`() throws {
        #expect(try report("{\"a\": 1}", as: .pretty).output == "{\n  \"a\": 1\n}\n")
        #expect(
            try report("x := [10, 2][i]", as: .pretty).output == """
                ┌───┬────┐
                │ i │ x  │
                ├───┼────┤
                │ 0 │ 10 │
                │ 1 │ 2  │
                └───┴────┘

                """)
        #expect(
            try report("x := 1; x + 1", as: .pretty).output == """
                ┌───┬───────┐
                │ x │ x + 1 │
                ├───┼───────┤
                │ 1 │ 2     │
                └───┴───────┘

                """)
    }

    @Test func `discard tells only that there is a result`() throws {
        #expect(try report("1", as: .discard).output == "{\n  \"result\": \"discarded\"\n}\n")
        #expect(try report("data.none", as: .discard).output == "{}\n")
    }

    @Test func `a query sees input, documents, and with a package its rules`() throws {
        let files = Self.policy.merging(["data.json": "{\"names\": [\"b\", \"a\"]}"]) { $1 }
        try withFiles(files) { (root) throws in
            var query = PolicyQuery("allow; count(names)")
            query.package = "p"
            #expect(query.report(data: [root], input: ["user": "ann"]).text(as: .raw).output == "true 2\n")
            #expect(query.report(data: [root], input: ["user": "bob"]).isDefined == false)
            var imported = PolicyQuery("q.allow")
            imported.imports = ["data.p as q"]
            #expect(imported.report(data: [root], input: ["user": "ann"]).text(as: .raw).output == "true\n")
        }
    }

    @Test func `the failure of a built-in is undefined, shown, or an error`() throws {
        var query = PolicyQuery("x := 1 / 0")
        #expect(query.report(data: []).text(as: .json).output == "{}\n")
        query.showsBuiltinErrors = true
        let shown = query.report(data: [])
        #expect(shown.problems.map(\.message) == ["div: divide by zero"] && !shown.hasFailed)
        query.failsOnBuiltinErrors = true
        let failed = query.report(data: [])
        #expect(failed.hasFailed && failed.problems.first?.code == "eval_builtin_error")
    }

    @Test func `modules of before OPA 1 need the flag`() throws {
        try withFiles(["v0.rego": "package p\nallow { true }"]) { (root) throws in
            var query = PolicyQuery("data.p.allow")
            #expect(query.report(data: [root]).problems.first?.code == "rego_parse_error")
            query.version = .v0
            #expect(query.report(data: [root]).text(as: .raw).output == "true\n")
        }
    }

    @Test func `a rule where a document stands is refused by strict queries only`() throws {
        try withFiles(["p.rego": "package p\nq := 1", "data.json": "{\"p\": {\"q\": 2}}"]) { (root) throws in
            var query = PolicyQuery("data.p.q")
            #expect(query.report(data: [root]).text(as: .raw).output == "1\n")
            query.isStrict = true
            let problems = query.report(data: [root]).problems
            #expect(problems.map(\.message) == ["conflicting rule for data path p/q found"])
            #expect(problems.map(\.code) == ["rego_compile_error"])
        }
    }

    @Test func `policies may go deep, and an error ends what goes deeper`() throws {
        func chain(_ count: Int) -> String {
            "package c\np0 := 1\n" + (1..<count).map { "p\($0) := p\($0 - 1) + 1\n" }.joined()
        }
        try withFiles(["deep.rego": chain(4_000)]) { (root) throws in
            let report = PolicyQuery("data.c.p3999").report(data: [root]).text(as: .raw)
            #expect(report.output == "4000\n", "\(report.errors)")
        }
        try withFiles(["deeper.rego": chain(10_010)]) { (root) throws in
            let problems = PolicyQuery("data.c.p10009").report(data: [root]).problems
            #expect(problems.map(\.code) == ["eval_limit_error"])
        }
    }

    @Test func `an evaluation ends when its time is over`() throws {
        var query = PolicyQuery(
            "count([1 | some i in numbers.range(1, 100000); some j in numbers.range(1, 100000); i == j])")
        query.timeout = .milliseconds(50)
        let report = query.report(data: [])
        #expect(report.problems.map(\.code) == ["eval_cancel_error"])
    }

    private func report(_ query: String, as format: PolicyFormat) throws -> (output: String, errors: String) {
        try withFiles(Self.policy) { PolicyQuery(query).report(data: [$0]).text(as: format) }
    }
}
