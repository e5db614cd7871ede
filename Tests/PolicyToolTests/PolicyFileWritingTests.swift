import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import PolicyTool

/// What `policy build -o` and `policy fmt -w` leave behind, whatever comes between.
@Suite struct PolicyFileWritingTests {
    @Test func `many that write one file at once leave one of the texts, and nothing else`() async throws {
        try await withTemporaryDirectory("policy") { (root) async throws in
            let path = "\(root)/p.rego"
            let texts = (0..<8).map { [UInt8](repeating: UInt8(ascii: "a") + UInt8($0), count: 100_000 + $0) }
            try BundleBuild.write(texts[0], to: path)
            try await withThrowingTaskGroup { group in
                for text in texts {
                    group.addTask {
                        for _ in 0..<5 {
                            try PolicyFile.replace(path, with: text)
                            try BundleBuild.write(text, to: path)
                            #expect(texts.contains(try PolicyFile.bytes(of: path)))
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: root) == ["p.rego"])
        }
    }

    @Test func `where a file cannot be put, it says so, and nothing is left`() throws {
        try withFiles(["there/a": ""]) { (root) throws in
            let error = #expect(throws: PolicyProblem.self) { try BundleBuild.write([1], to: "\(root)/there") }
            #expect(error?.message == "open \(root)/there: is a directory")
            #expect(throws: PolicyProblem.self) { try BundleBuild.write([1], to: "\(root)/none/x") }
            #expect(throws: PolicyProblem.self) { try BundleBuild.write([1], to: "\(root)/there/a/x") }
            #expect(throws: PolicyProblem.self) { try PolicyFile.replace("\(root)/none", with: [1]) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: root) == ["there"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: "\(root)/there") == ["a"])
        }
    }

    @Test func `a link stays, and so does what is no file`() throws {
        try withFiles(["bundle": "old"]) { (root) throws in
            let manager = FileManager.default
            try manager.createSymbolicLink(atPath: "\(root)/link", withDestinationPath: "bundle")
            try manager.createSymbolicLink(atPath: "\(root)/null", withDestinationPath: "/dev/null")
            for name in ["link", "null"] {
                try BundleBuild.write(Array("new".utf8), to: "\(root)/\(name)")
                var link = stat()
                #expect(lstat("\(root)/\(name)", &link) == 0 && link.st_mode & S_IFMT == S_IFLNK)
            }
            #expect(try PolicyFile.bytes(of: "\(root)/bundle") == Array("new".utf8))
            #expect(throws: PolicyProblem.self) { try PolicyFile.replace("\(root)/null", with: [1]) }
            #expect(try manager.contentsOfDirectory(atPath: root).sorted() == ["bundle", "link", "null"])
        }
    }

    @Test func `a pipe gets the bytes`() throws {
        try withFiles([:]) { (root) throws in
            var ends: [Int32] = [0, 0]
            #expect(pipe(&ends) == 0)
            defer { close(ends[0]) }
            try FileManager.default.createSymbolicLink(
                atPath: "\(root)/pipe", withDestinationPath: "/dev/fd/\(ends[1])")
            try BundleBuild.write(Array("bytes".utf8), to: "\(root)/pipe")
            close(ends[1])
            var buffer = [UInt8](repeating: 0, count: 16)
            let count = read(ends[0], &buffer, buffer.count)
            #expect(buffer.prefix(max(count, 0)) == ArraySlice("bytes".utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: root) == ["pipe"])
        }
    }

    @Test func `a name may be as long as names get`() throws {
        try withFiles([:]) { (root) throws in
            let path = "\(root)/" + String(repeating: "n", count: 255)
            try BundleBuild.write([1], to: path)
            try PolicyFile.replace(path, with: [2])
            #expect(try PolicyFile.bytes(of: path) == [2])
        }
    }
}
