import FoundationEssentials
import Glibc
import Rego
import Testing

@testable import PolicyTool

@Suite struct PolicyFormattingTests {
    private let untidy = "package p\na:=1"
    private let tidy = "package p\n\na := 1\n"

    @Test func `modules below a directory are found, and any file that is named`() throws {
        try withFiles(["b.rego": untidy, "a/c.rego": untidy, "a/d.json": "{}", ".git/e.rego": "", "policy": untidy]) {
            (root) throws in
            var formatting = PolicyFormatting()
            formatting.ignored = [".*"]
            try FileManager.default.createSymbolicLink(atPath: "\(root)/a/round", withDestinationPath: root)
            #expect(
                try formatting.files([root, "\(root)/policy"])
                    == ["\(root)/a/c.rego", "\(root)/b.rego", "\(root)/policy"])
            #expect(throws: PolicyProblem.self) { try formatting.files(["\(root)/none"]) }
        }
    }

    @Test func `a file is overwritten at once, with its mode, through a link`() throws {
        try withFiles(["p.rego": untidy]) { (root) throws in
            let path = "\(root)/p.rego"
            chmod(path, 0o640)
            try FileManager.default.createSymbolicLink(atPath: "\(root)/link.rego", withDestinationPath: "p.rego")
            let before = try status(path)
            let module = try PolicyFormatting().format("\(root)/link.rego")
            #expect(module.hasChanged)
            try module.write()
            let after = try status(path)
            #expect(try PolicyFile.bytes(of: path) == Array(tidy.utf8))
            #expect(after.st_mode == before.st_mode && after.st_ino != before.st_ino)
            var link = stat()
            #expect(lstat("\(root)/link.rego", &link) == 0 && link.st_mode & S_IFMT == S_IFLNK)
            #expect(try FileManager.default.contentsOfDirectory(atPath: root).sorted() == ["link.rego", "p.rego"])
            #expect(try !PolicyFormatting().format(path).hasChanged)
        }
    }

    @Test func `what does not parse is refused where it is wrong, and stays`() throws {
        try withFiles(["p.rego": "package p\na := ["]) { (root) throws in
            let path = "\(root)/p.rego"
            do throws(PolicyProblems) {
                _ = try PolicyFormatting().format(path)
                Issue.record("a module that does not end was formatted")
            } catch {
                #expect(error.problems.first?.code == "rego_parse_error")
                #expect(error.problems.first?.location?.row == 2)
                #expect(error.text.contains("\(path):2: rego_parse_error"))
            }
            #expect(try PolicyFile.bytes(of: path) == Array("package p\na := [".utf8))
        }
    }

    @Test func `a file that is no text, and one that is gone, are refused`() throws {
        #expect(throws: PolicyProblems.self) { try PolicyFormatting().format([0x70, 0xFF, 0xFE], name: "x") }
        #expect(throws: PolicyProblems.self) { try PolicyFormatting().format("/nonexistent/p.rego") }
        #expect(throws: PolicyProblem.self) { try PolicyFile.replace("/nonexistent/p.rego", with: []) }
        #expect(throws: PolicyProblem.self) { try PolicyFile.replace("/dev/null", with: []) }
    }

    @Test func `modules that go deep are formatted on a thread with room`() throws {
        let deep = "package p\n\na := " + String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000)
        #expect(try PolicyFormatting().format(Array((deep + "\n").utf8), name: "x").hasChanged == false)
    }

    private func status(_ path: String) throws -> stat {
        var status = stat()
        try #require(stat(path, &status) == 0)
        return status
    }
}
