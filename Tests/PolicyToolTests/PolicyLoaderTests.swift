import FoundationEssentials
import Rego
import TestSupport
import Testing

@testable import PolicyTool

@Suite struct PolicyLoaderTests {
    @Test func `documents stand where their directories put them, whatever their files are called`() throws {
        let sources = try load([
            "top.json": #"{"a": 1}"#, "x/data.yaml": "b: [1, two]\n", "x/y/any.yml": "c: null\n",
            "x/z.json": #"{"d": 2}"#,
            "note.txt": "not read", "x/policy.rego": "package p\nq := 1",
        ])
        #expect(
            sources.documents
                == object(["a": 1, "x": ["b": [1, "two"], "d": 2, "y": ["c": .null]]]))
        #expect(sources.modules.map { $0.packagePath } == [["data", "p"]])
    }

    @Test func `a document that is named goes to the root, or below the keys before it`() throws {
        try withFiles(["d/data.json": #"{"a": 1}"#, "e.yaml": "[1]"]) { (root) throws in
            let loader = PolicyLoader()
            #expect(try loader.load(["\(root)/d/data.json"]).documents == object(["a": 1]))
            #expect(try loader.load(["x.y:\(root)/e.yaml"]).documents == object(["x": ["y": [1]]]))
            #expect(try loader.load(["x:\(root)/d"]).documents == object(["x": ["a": 1]]))
            #expect(try loader.load(["file://\(root)/d/data.json"]).documents == object(["a": 1]))
        }
    }

    @Test(arguments: [
        (["a.json": #"{"a": {"b": 1}}"#, "b.json": #"{"a": {"b": 1}}"#], "b.json: merge error"),
        (["a.json": "[1]"], "a.json: document must be of type object"),
        (["a.json": "{{"], "a.json: "), (["a.yaml": "a: [1"], "a.yaml: error converting YAML to JSON: "),
    ]) func `what cannot be loaded is told with its file`(files: [String: String], message: String) throws {
        let problems = try #require(failure { try load(files) })
        #expect(problems.isLoading && problems.problems.count == 1)
        #expect(problems.text.hasPrefix("1 error occurred during loading: "))
        #expect(problems.problems.first?.message.contains(message) == true, "\(problems.text)")
    }

    @Test func `a bundle is read where it is named, and passed over where it lies about`() throws {
        try withFiles(["site/data.json": #"{"a": 1}"#, "all/b.json": #"{"b": 2}"#, "all/x.tar.gz": "", "y.tar.gz": ""])
        {
            (root) throws in
            var build = BundleBuild()
            build.readsBundles = true
            try BundleBuild.write(try build.run(["\(root)/site"]), to: "\(root)/site.tar.gz")
            let loader = PolicyLoader()
            #expect(try loader.load(["\(root)/site.tar.gz", "\(root)/all"]).documents == object(["a": 1, "b": 2]))
            let problems = failure { try loader.load(["\(root)/y.tar.gz"]) }
            #expect(
                problems?.problems.first?.message.contains("a bundle is a directory or a file of tar and gzip") == true)
        }
    }

    @Test func `every file that cannot be loaded is told`() throws {
        let problems = try #require(
            failure { try load(["a.json": "{", "b.rego": "package p\nq := ", "c/d.json": "}", "e.rego": "package e"]) })
        #expect(problems.problems.count == 3)
        #expect(problems.problems.compactMap(\.code) == ["rego_parse_error"])
        #expect(problems.text.hasPrefix("3 errors occurred during loading:\n"))
    }

    @Test func `what does not exist is told in the words of opa`() {
        let problems = failure { try PolicyLoader().load(["/nonexistent/x"]) }
        #expect(problems?.problems.first?.message == "stat /nonexistent/x: no such file or directory")
    }

    @Test func `names that are ignored are passed over, but not what is named`() throws {
        try withFiles([".git/data.json": "[", "a/.x.json": "[", "a/b.json": #"{"c": 1}"#]) { (root) throws in
            let loader = PolicyLoader(ignored: [".*"])
            #expect(try loader.load([root]).documents == object(["a": ["c": 1]]))
            #expect(throws: PolicyProblems.self) { try loader.load(["\(root)/.git/data.json"]) }
            #expect(throws: PolicyProblems.self) { try PolicyLoader().load([root]) }
        }
    }

    @Test func `a file without an ending is what it can be read as, when it is named`() throws {
        try withFiles(["policy": "package p\nq := 1", "json": #"{"a": 1}"#, "yaml": "b: 2", "text": "a: b: c"]) {
            root in
            let sources = try PolicyLoader().load(["\(root)/policy", "\(root)/json", "\(root)/yaml"])
            #expect(sources.modules.count == 1)
            #expect(sources.documents == object(["a": 1, "b": 2]))
            let problems = failure { try PolicyLoader().load(["\(root)/text"]) }
            #expect(problems?.problems.first?.message == "\(root)/text: can't recognize file type")
        }
    }

    @Test func `a file that is named twice is one module`() throws {
        try withFiles(["p.rego": "package p\nq := 1"]) { (root) throws in
            #expect(try PolicyLoader().load(["\(root)/p.rego", root]).modules.count == 1)
        }
    }

    @Test func `an input is JSON or YAML`() throws {
        try withFiles(["a": #"{"x": 1e3}"#, "b": "x: [a, 1]\n", "c": "", "d": "a: b: c"]) { (root) throws in
            #expect(try PolicyLoader.input(at: "\(root)/a") == ["x": 1000])
            #expect(try PolicyLoader.input(at: "\(root)/b") == ["x": ["a", 1]])
            #expect(throws: PolicyProblem.self) { try PolicyLoader.input(at: "\(root)/c") }
            #expect(throws: PolicyProblem.self) { try PolicyLoader.input(at: "\(root)/d") }
            #expect(throws: PolicyProblem.self) { try PolicyLoader.input(at: "\(root)/none") }
        }
    }

    @Test(arguments: [
        ("a/b/c", "a/b/c"), ("./a//b/", "a/b"), ("a/../b", "b"), ("../a", "../a"), ("/../a", "/a"), ("a/..", "."),
    ]) func `paths are cleaned as Go cleans them`(path: String, wanted: String) {
        #expect(PolicyFile.clean(path) == wanted)
    }

    private func object(_ value: RegoValue) -> RegoObject {
        guard case .object(let object) = value else { return RegoObject() }
        return object
    }

    private func load(_ files: [String: String]) throws(PolicyProblems) -> PolicySources {
        do {
            return try withFiles(files) { try PolicyLoader().load([$0]) }
        } catch let error as PolicyProblems {
            throw error
        } catch {
            throw PolicyProblems([PolicyProblem("\(error)")], isLoading: false)
        }
    }

    private func failure(_ body: () throws -> PolicySources) -> PolicyProblems? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? PolicyProblems
        }
    }
}
