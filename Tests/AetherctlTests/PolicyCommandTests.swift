import FoundationEssentials
import Model
import TestSupport
import Testing

@testable import aetherctl

@Suite struct PolicyCommandTests {
    @Test func `a query over files and an input prints what opa prints`() async throws {
        try await withPolicies { (root) async throws in
            let buffer = OutputBuffer()
            #expect(
                await buffer.run(
                    "policy", "eval", "-d", "\(root)/p.rego", "--data", "\(root)/data.json", "-i", "\(root)/input.yaml",
                    "x := data.p.names; data.p.allow") == .fine)
            let json = try JSONValue(parsing: buffer.output)
            let row = json["result"]?.arrayValue?.first
            #expect(row?["bindings"]?["x"]?.arrayValue?.count == 2)
            #expect(row?["expressions"]?.arrayValue?.last?["text"] == "data.p.allow")
            #expect(buffer.errors.isEmpty)
        }
    }

    @Test func `exit codes are those of opa`() async throws {
        try await withPolicies { (root) async throws in
            func status(_ arguments: String...) async -> Int32 {
                var invocation = Invocation(arguments: ["policy", "eval", "-d", "\(root)/p.rego"] + arguments)
                invocation.sink = OutputBuffer().sink
                return await invocation.run().rawValue
            }
            #expect(await status("data.p.allow") == 0)
            #expect(await status("--fail", "data.p.allow") == 1)
            #expect(await status("--fail", "data.p.other") == 0)
            #expect(await status("--fail-defined", "data.p.other") == 1)
            #expect(await status("--fail-defined", "data.p.allow") == 0)
            #expect(await status("data.p.allow = ") == 2)
            #expect(await status("1 / 0") == 0)
            #expect(await status("--strict-builtin-errors", "1 / 0") == 2)
            #expect(await status("-d", "\(root)/none.rego", "1") == 2)
            #expect(await status("-i", "\(root)/none.json", "1") == 2)
        }
    }

    @Test func `an error is JSON on standard output, and a line on standard error with other formats`() async throws {
        let json = OutputBuffer()
        _ = await json.run("policy", "eval", "x")
        #expect(try JSONValue(parsing: json.output)["errors"]?.arrayValue?.first?["code"] == "rego_unsafe_var_error")
        #expect(json.errors.isEmpty)
        let raw = OutputBuffer()
        _ = await raw.run("policy", "eval", "-f", "raw", "x")
        #expect(raw.output.isEmpty && raw.errors == "1 error occurred: 1:1: rego_unsafe_var_error: var x is unsafe\n")
    }

    @Test func `what a policy prints goes to standard error`() async {
        let buffer = OutputBuffer()
        #expect(await buffer.run("policy", "eval", "-f", "raw", "print(\"seen\", [1])") == .fine)
        #expect(buffer.output == "true\n" && buffer.errors == "seen [1]\n")
    }

    @Test func `modules are checked, parsed and tested`() async throws {
        try await withPolicies { (root) async throws in
            let check = OutputBuffer()
            #expect(await check.run("policy", "check", root) == .fine)
            #expect(check.output.isEmpty && check.errors.isEmpty)
            #expect(await check.run("policy", "check", "--strict", "--format", "json", "\(root)/p.rego") == .error)
            #expect(try JSONValue(parsing: check.errors)["errors"]?.arrayValue?.count == 1)
            let parse = OutputBuffer()
            #expect(await parse.run("policy", "parse", "\(root)/p.rego", "--format", "json") == .fine)
            #expect(try JSONValue(parsing: parse.output)["rules"]?.arrayValue?.isEmpty == false)
            #expect(await parse.run("policy", "parse", "\(root)/data.json") == .error)
            let test = OutputBuffer()
            #expect(await test.run("policy", "test", root, "-v").rawValue == 2)
            #expect(test.output.contains("data.p.test_other: PASS") && test.output.contains("FAIL: 1/2"))
            #expect(await OutputBuffer().run("policy", "test", root, "--run", "other") == .fine)
            #expect(await OutputBuffer().run("policy", "test", root, "--run", "none", "--fail-on-empty") == .error)
        }
    }

    @Test func `evaluations and tests are repeated and measured`() async throws {
        try await withPolicies { (root) async throws in
            let eval = OutputBuffer()
            #expect(
                await eval.run(
                    "policy", "eval", "-d", "\(root)/p.rego", "--count", "2", "--instrument", "data.p.other") == .fine)
            let json = try JSONValue(parsing: eval.output)
            #expect(json["aggregated_metrics"]?["timer_rego_query_eval_ns"]?["count"] == 2)
            #expect(json["metrics"]?["counter_eval_steps"] != nil)
            let test = OutputBuffer()
            #expect(await test.run("policy", "test", root, "--run", "other", "--count", "2") == .fine)
            #expect(test.output == "PASS: 1/1\nPASS: 1/1\n")
            #expect(await OutputBuffer().run("policy", "test", root, "-f", "gobench") == .usage)
            #expect(await OutputBuffer().run("policy", "test", root, "--bench", "--coverage") == .usage)
            #expect(await OutputBuffer().run("policy", "eval", "--count", "0", "1") == .usage)
        }
    }

    @Test func `modules are formatted, listed, compared and overwritten`() async throws {
        try await withTemporaryDirectory("policy") { root in
            let path = "\(root)/p.rego"
            try Data("package p\nallow=true".utf8).write(to: URL(fileURLWithPath: path))
            try Data("package q\n".utf8).write(to: URL(fileURLWithPath: "\(root)/q.rego"))
            let print = OutputBuffer()
            #expect(await print.run("policy", "fmt", path) == .fine)
            #expect(print.output == "package p\n\nallow := true\n" && print.errors.isEmpty)
            let list = OutputBuffer()
            #expect(await list.run("policy", "fmt", "-l", "--fail", root).rawValue == 2)
            #expect(list.output == "\(path)\n" && list.errors == "unexpected diff\n")
            let diff = OutputBuffer()
            #expect(await diff.run("policy", "fmt", "-d", root) == .fine)
            #expect(diff.output.contains("-allow=true") && diff.output.contains("+allow := true"))
            #expect(await OutputBuffer().run("policy", "fmt", "-w", "--fail", path).rawValue == 2)
            #expect(await OutputBuffer().run("policy", "fmt", "-w", root) == .fine)
            #expect(try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8) == print.output)
            #expect(await OutputBuffer().run("policy", "fmt", "--fail", root) == .fine)
            try Data("package p\nallow = [".utf8).write(to: URL(fileURLWithPath: path))
            let broken = OutputBuffer()
            #expect(await broken.run("policy", "fmt", path).rawValue == 2)
            #expect(
                broken.errors.hasPrefix("failed to format Rego source file: 1 error occurred: \(path):2: rego_parse_"))
        }
    }

    @Test func `a bundle is built, signed, inspected, checked, tested and evaluated`() async throws {
        try await withPolicies { (root) async throws in
            let path = "\(root)/out.tar.gz"
            let sign = ["--signing-key", "secret", "--signing-alg", "HS256"]
            func run(_ arguments: [String]) async -> (CommandExit, OutputBuffer) {
                let buffer = OutputBuffer()
                var invocation = Invocation(arguments: ["policy"] + arguments)
                invocation.sink = buffer.sink
                return (await invocation.run(), buffer)
            }
            #expect(await run(["build", "-b", root, "-o", path, "-r", "7"] + sign).0 == .fine)
            let verify = ["--verification-key", "secret", "--signing-alg", "HS256"]
            let evaluation = await run(["eval", "-f", "raw", "-b", path] + verify + ["data.p.names"])
            #expect(evaluation.0 == .fine && evaluation.1.output == "[\"a\",\"b\"]\n")
            let other = ["--verification-key", "other", "--signing-alg", "HS256"]
            #expect(await run(["eval", "-b", path] + other + ["1"]).0.rawValue == 2)
            #expect(await run(["check", "-b", path] + verify).0 == .fine)
            #expect(await run(["check", "-b", path] + other).0 == .error)
            #expect(await run(["test", "-b", path, "--run", "other"]).0 == .fine)
            let inspection = await run(["inspect", "-f", "json", path])
            #expect(try JSONValue(parsing: inspection.1.output)["manifest"]?["revision"] == "7")
            #expect(await run(["inspect", "\(root)/input.yaml"]).0 == .error)
            let refused = await run(["build", "-b", path, "-o", path])
            #expect(refused.0 == .error && refused.1.errors.hasPrefix("error: 1 error occurred during loading: "))
            #expect(await run(["build", "-b", path, "-o", path, "--skip-verify"]).0 == .fine)
            #expect(await run(["build", root, "-o", path, "--claims-file", "x"]).0 == .usage)
        }
    }

    @Test func `an evaluation tells how it came about, and tests what they reach`() async throws {
        try await withPolicies { (root) async throws in
            let policy = "\(root)/p.rego"
            let eval = OutputBuffer()
            #expect(
                await eval.run(
                    "policy", "eval", "-d", policy, "--explain", "fails", "--profile-limit", "1", "-f", "pretty",
                    "data.p.allow") == .fine)
            #expect(eval.output.contains("Fail input.user == \"ann\"\n"), "\(eval.output)")
            #expect(eval.output.contains("undefined\n") && eval.output.contains("NUM GEN EXPR"))
            let coverage = OutputBuffer()
            #expect(await coverage.run("policy", "eval", "-d", policy, "--coverage", "data.p.other") == .fine)
            #expect(try JSONValue(parsing: coverage.output)["coverage"]?["files"]?[policy] != nil)
            let failed = OutputBuffer()
            #expect(await failed.run("policy", "test", root, "--coverage") == .error)
            #expect(failed.errors.hasPrefix("data.p.test_allow: FAIL (") && failed.output.isEmpty, "\(failed.errors)")
            let few = OutputBuffer()
            #expect(await few.run("policy", "test", root, "-r", "other", "--threshold", "99").rawValue == 2)
            #expect(few.errors.hasPrefix("Code coverage threshold not met: got ") && few.output.isEmpty)
            let enough = OutputBuffer()
            #expect(await enough.run("policy", "test", root, "-r", "other", "--threshold", "10") == .fine)
            #expect(try JSONValue(parsing: enough.output)["covered_lines"] == 2)
        }
    }

    @Test func `a decision is explained by its facts, and measured`() async throws {
        try await withPolicies { (root) async throws in
            let explain = OutputBuffer()
            #expect(
                await explain.run("policy", "explain", "-d", root, "-i", "\(root)/input.yaml", "data.p.allow") == .fine)
            #expect(explain.output == "data.p.allow is true because of\n  input.user = \"ann\"\n", "\(explain.output)")
            let broken = OutputBuffer()
            #expect(await broken.run("policy", "explain", "-f", "json", "x") == .error)
            #expect(try JSONValue(parsing: broken.errors)["errors"]?.arrayValue?.count == 1)
            let bench = OutputBuffer()
            #expect(await bench.run("policy", "bench", "-f", "gobench", "-d", root, "data.p.other") == .fine)
            #expect(bench.output.hasPrefix("BenchmarkDataPOther\t") && bench.output.contains(" ns/op"))
            let undefined = OutputBuffer()
            #expect(await undefined.run("policy", "bench", "-f", "json", "x := 1; x > 2") == .error)
            #expect(undefined.output.contains("undefined result"))
        }
    }

    @Test(arguments: [
        ("policy eval", "give a query, or --stdin; see 'aetherctl policy eval --help'"),
        ("policy eval --stdin 1", "give a query or --stdin, not both; see 'aetherctl policy eval --help'"),
        ("policy eval --fail --fail-defined 1", "give --fail or --fail-defined, not both"),
        ("policy eval -I -i x 1", "give --stdin-input or --input, not both"), ("policy eval -f xml 1", nil),
        ("policy eval --timeout soon 1", "'soon' is no duration; write it as 500ms, 10s or 1m30s"),
        ("policy eval --explain debug 1", nil), ("policy eval --profile-sort speed 1", "'speed' is nothing to sort"),
        ("policy test --threshold 101 x", "a threshold is between 0 and 100"),
        ("policy bench --count 0 1", "--count is between 1 and 10000"), ("policy explain", "give a query, or --stdin"),
        ("policy check", nil), ("policy test --timeout 0s x", "a time limit is more than 0"),
        ("policy evl 1", "there is no command 'policy evl'; did you mean 'eval'?"),
    ]) func `nonsense is 64, as with every command`(_ line: String, _ message: String?) async {
        let buffer = OutputBuffer()
        var invocation = Invocation(arguments: line.split(separator: " ").map(String.init))
        invocation.sink = buffer.sink
        #expect(await invocation.run() == .usage)
        if let message { #expect(buffer.errors.hasPrefix("aetherctl: " + message), "\(buffer.errors)") }
    }

    private func withPolicies(_ body: (String) async throws -> Void) async throws {
        let files = [
            "p.rego": """
            package p
            allow if input.user == "ann"
            other if { x := 1 }
            names contains n if some n in data.names
            test_other if other
            test_allow if allow
            """,
            "data.json": #"{"names": ["b", "a"]}"#, "input.yaml": "user: ann\n",
        ]
        try await withTemporaryDirectory("policy") { root in
            for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(root)/\(name)")) }
            try await body(root)
        }
    }
}
