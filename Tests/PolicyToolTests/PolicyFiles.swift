import FoundationEssentials
import TestSupport

/// Runs a test with files of these contents in a directory of its own.
func withFiles<Result>(_ files: [String: String], _ body: (_ root: String) throws -> Result) throws -> Result {
    try withTemporaryDirectory("policy") { (root) throws in
        for (path, text) in files {
            let parent = ("\(root)/\(path)".split(separator: "/").dropLast()).joined(separator: "/")
            try FileManager.default.createDirectory(atPath: "/" + parent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(root)/\(path)"))
        }
        return try body(root)
    }
}
