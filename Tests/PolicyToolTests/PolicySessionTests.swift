import PolicyTool
import Rego
import TestSupport
import Testing

@Suite struct PolicySessionTests {
    @Test func `expressions are evaluated, and rules are defined`() throws {
        let replies = try take(
            ["1 + 1", "true == false", "pi := 3.14", "pi > 3", "pi = 3", "e = 2.7", "e", "x = [1, 2][i]", "[1, 2][i]"])
        #expect(replies[0] == "2\n" && replies[1] == "false\n")
        #expect(replies[2] == "Rule 'pi' defined in package repl. Type 'show' to see rules.\n")
        #expect(replies[3] == "true\n" && replies[4] == "undefined\n")
        #expect(replies[5].hasPrefix("Rule 'e' defined") && replies[6] == "2.7\n", "\(replies)")
        #expect(replies[8].contains("│ i │") && replies[8].contains("│ 1 │ 2"), "\(replies)")
    }

    @Test func `an assignment defines anew, other rules are added`() throws {
        let replies = try take(
            [
                "x := 1", "x := 2", "x", "p contains 1", "p contains 2", "p", "f(n) := n * x", "f(21)",
                "count([1, 2]) = 2", "show",
            ])
        #expect(replies[1] == "Rule 'x' re-defined in package repl. Type 'show' to see rules.\n" && replies[2] == "2\n")
        #expect(replies[5] == "[\n  1,\n  2\n]\n" && replies[7] == "42\n" && replies[8] == "true\n", "\(replies)")
        #expect(
            replies[9] == "package repl\n\nx := 2\n\np contains 1\n\np contains 2\n\nf(n) := n * x\n", "\(replies[9])")
    }

    @Test func `errors end nothing, and what is wrong is not defined`() throws {
        let replies = try take(["x", "y := z", "1 +", "", ")", "show", "a := 1", "b := a", "unset a", "b", "1"])
        #expect(replies[0] == "! 1 error occurred: 1:1: rego_unsafe_var_error: var x is unsafe\n", "\(replies)")
        #expect(replies[1].hasPrefix("! 1 error occurred: session:3: rego_unsafe_var_error"), "\(replies)")
        #expect(replies[2] == "…" && replies[3].contains("rego_parse_error"), "\(replies)")
        #expect(replies[4].contains("rego_parse_error") && replies[5] == "no rules defined\n")
        #expect(replies[8].contains("var a is unsafe") && replies[9] == "1\n" && replies[10] == "1\n", "\(replies)")
    }

    @Test func `a statement goes on until it is complete`() throws {
        let replies = try take(["p if {", "  input.user == \"ann\"", "}", "p"])
        #expect(replies[0] == "…" && replies[1] == "…")
        #expect(replies[2].hasPrefix("Rule 'p' defined") && replies[3] == "true\n", "\(replies)")
        let open = try take(["{\"a\":", "[1]"])
        #expect(open == ["…", "…"])
    }

    @Test func `packages and imports say what names mean`() throws {
        let replies = try take(
            [
                "names", "import data.names", "names[0]", "import data.names as n", "n[1]", "package access", "allow",
                "role := input.user", "package repl", "role", "data.access.role", "package 1x", "import nothing.here",
            ])
        #expect(replies[0].contains("unsafe") && replies[2] == "\"b\"\n" && replies[4] == "\"a\"\n", "\(replies)")
        #expect(replies[6] == "true\n" && replies[9].contains("unsafe") && replies[10] == "\"ann\"\n", "\(replies)")
        #expect(replies[11].hasPrefix("!") && replies[12].hasPrefix("!"), "\(replies)")
    }

    @Test func `input and documents can be looked at, and results chosen`() throws {
        let replies = try take([
            "input.user", "data.names[_]", "json", "1 + 1", "pretty", "trace fails", "1 == 2", "trace off", "1",
        ])
        #expect(replies[0] == "\"ann\"\n" && replies[1].contains("│ \"b\""))
        #expect(replies[3].contains("\"expressions\"") && replies[8] == "1\n", "\(replies)")
        #expect(replies[6] == "false\n", "\(replies)")
        let traced = try take(["trace", "data.access.allow", "trace x", "notes", "help", "frobnicate now"])
        #expect(traced[1].contains("Enter data.access.allow") && traced[1].hasSuffix("true\n"))
        #expect(traced[2].hasPrefix("!") && traced[3].isEmpty && traced[4].contains("unset <name>"))
        #expect(traced[5].hasPrefix("!"))
    }

    @Test func `what is unset or cleared is unknown again`() throws {
        let replies = try take(["x := 1", "unset x", "x", "unset x", "x := 2", "clear", "show", "exit", "1"])
        #expect(replies[2].contains("unsafe") && replies[3].hasPrefix("! warning: no matching rules"))
        #expect(replies[6] == "no rules defined\n" && replies.count == 8, "\(replies)")
    }

    /// The replies: errors with a mark, `…` for what goes on.
    private func take(_ lines: [String]) throws -> [String] {
        let files = [
            "p.rego": "package access\nallow if input.user == \"ann\"", "data.json": #"{"names": ["b", "a"]}"#,
            "input.json": #"{"user": "ann"}"#,
        ]
        return try withFiles(files) { (root) throws in
            var session = try PolicySession(
                data: ["\(root)/p.rego", "\(root)/data.json", "repl.input:\(root)/input.json"])
            var replies: [String] = []
            for line in lines {
                let reply = session.take(line)
                replies.append(
                    reply.isIncomplete ? "…" : reply.errors.isEmpty ? reply.output : "! " + reply.errors)
                if reply.isEnd { break }
            }
            return replies
        }
    }
}
