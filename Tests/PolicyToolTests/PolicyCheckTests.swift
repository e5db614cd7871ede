import PolicyTool
import Rego
import TestSupport
import Testing

@Suite struct PolicyCheckTests {
    @Test func `modules that compile have no problems, and other files are not looked at`() throws {
        try withFiles(["a.rego": "package a\np if data.b.q", "b/b.rego": "package b\nq := 1", "bad.json": "{"]) {
            root in
            try PolicyCheck().run([root])
        }
    }

    @Test func `errors are told with their places, as JSON or in lines`() throws {
        try withFiles(["a.rego": "package a\np if x\nq if y"]) { (root) throws in
            let problems = try #require(failure { try PolicyCheck().run([root]) })
            #expect(!problems.isLoading)
            #expect(
                problems.text == """
                    2 errors occurred:
                    \(root)/a.rego:2: rego_unsafe_var_error: var x is unsafe
                    \(root)/a.rego:3: rego_unsafe_var_error: var y is unsafe
                    """)
            let json = try RegoValue(json: problems.json)
            #expect(json["errors"]?[1]?["location"]?["row"] == 3)
        }
    }

    @Test func `strict refuses what is not used`() throws {
        try withFiles(["a.rego": "package a\np if { x := 1 }"]) { (root) throws in
            try PolicyCheck().run([root])
            var check = PolicyCheck()
            check.isStrict = true
            #expect(
                failure { try check.run([root]) }?.problems.first?.message.contains("assigned var x unused") == true)
        }
    }

    @Test func `no more errors are told than asked for`() throws {
        let rules = (0..<20).map { "p\($0) if x\($0)" }.joined(separator: "\n")
        try withFiles(["a.rego": "package a\n" + rules]) { (root) throws in
            var check = PolicyCheck()
            let ten = failure { try check.run([root]) }
            check.errorLimit = 0
            let all = failure { try check.run([root]) }
            #expect((ten?.problems.count ?? 0) < 20 && all?.problems.count == 20)
        }
    }

    @Test func `the tree of a module is a node on a line, or JSON`() throws {
        let module = try RegoModule(
            parsing: "package a.b\nimport data.x\np[k] := 1 if { not q with input as \"y\"; some k in [true, 2] }")
        let lines = SyntaxTree(module).text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(
            lines == [
                "module", " package", "  ref", "   data", "   \"a\"", "   \"b\"", " import", "  ref", "   data",
                "   \"x\"", "  ", " rule", "  head", "   ref", "    p", "    k", "   1", "  body",
                "   expr negated index=0", "    q", "    with", "     input", "     \"y\"", "   expr index=1",
                "    somedecl", "     call", "      ref", "       internal", "       \"member_2\"", "      k",
                "      array", "       true", "       2", "",
            ])
        #expect(try RegoValue(json: SyntaxTree(module).json) == module.value)
    }

    @Test func `comments are part of a tree, and places when they are asked for`() throws {
        let module = try RegoModule(parsing: "package a\n\n# about p\np := [1, x] if some x in input\n", name: "a.rego")
        var tree = SyntaxTree(module)
        let comment = try RegoValue(json: tree.json)["comments"]?[0]
        // " about p" in base64, as Go has bytes.
        #expect(comment?["Text"] == "IGFib3V0IHA=" && comment?["Location"] == ["file": "a.rego", "row": 3, "col": 1])
        tree.include("-comments,locations")
        let json = try RegoValue(json: tree.json)
        #expect(json["comments"] == nil && json["package"]?["location"]?["row"] == 1)
        let rule = json["rules"]?[0]
        #expect(rule?["location"]?["row"] == 4 && rule?["head"]?["location"]?["col"] == 1)
        let element = rule?["head"]?["value"]?["value"]?[1]
        // "x"
        #expect(element?["location"] == ["file": "a.rego", "row": 4, "col": 10, "text": "eA=="], "\(json)")
        #expect(rule?["body"]?[0]?["location"]?["col"] == 16)
        #expect(!tree.text.contains("comment"))
    }

    @Test func `one module is read, or its error has the place`() throws {
        try withFiles(["a.rego": "package a\np if {"]) { (root) throws in
            let problems = failure { _ = try PolicyLoader().module(at: "\(root)/a.rego") }
            #expect(problems?.problems.first?.code == "rego_parse_error" && problems?.isLoading == false)
            #expect(failure { _ = try PolicyLoader().module(at: "\(root)/none.rego") } != nil)
        }
    }

    private func failure(_ body: () throws -> Void) -> PolicyProblems? {
        do {
            try body()
            return nil
        } catch {
            return error as? PolicyProblems
        }
    }
}
