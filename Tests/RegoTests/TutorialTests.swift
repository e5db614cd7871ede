import FoundationEssentials
import Rego
import Testing

/// The tutorial of the documentation compiles, does what it says, and is what the reader sees.
@Suite("Tutorial")
struct TutorialTests {
    private let folder = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    private func text(_ path: String) throws -> String {
        let data = try #require(FileManager.default.contents(atPath: "\(folder)/\(path)"), "\(path) is not there")
        return String(decoding: data, as: UTF8.self)
    }

    /// The lines between two marks, by the name behind the first, without what all of them are indented by.
    private func snippets(_ text: String, from begin: String, behind: Int, to end: String) -> [String: [String]] {
        var found: [String: [String]] = [:]
        var name: String?
        var skipped = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let bare = String(line.drop { $0 == " " })
            if bare.hasPrefix(begin) {
                name = String(bare.dropFirst(begin.count).prefix { $0.isLetter })
                skipped = behind
            } else if skipped > 0 {
                skipped -= 1
            } else if bare == end {
                name = nil
            } else if let name {
                found[name, default: []].append(line)
            }
        }
        return found.mapValues { lines in
            let indents = lines.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }
            return lines.map { String($0.dropFirst(indents.min() ?? 0)) }
        }
    }

    @Test func `what the tutorial shows is what is compiled`() throws {
        let page = try text("Sources/Rego/Rego.docc/Deciding.md")
        let shown = snippets(page, from: "<!-- snippet: ", behind: 1, to: "```")
        let compiled = snippets(
            try text("Tests/RegoTests/Tutorial.swift"), from: "// snippet: ", behind: 0, to: "// end")
        #expect(shown.count == 7)
        #expect(shown.keys.sorted() == compiled.keys.sorted())
        for (name, lines) in shown { #expect(compiled[name] == lines, "\(name)") }
    }

    @Test func `every piece of Swift in the tutorial is one of them`() throws {
        let page = try text("Sources/Rego/Rego.docc/Deciding.md")
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where line == "```swift" {
            #expect(lines[index - 1].hasPrefix("<!-- snippet: "), "line \(index + 1)")
        }
    }

    @Test func `the tutorial does what it says`() throws {
        var tutorial = Tutorial()
        try tutorial.run()
        #expect(tutorial.decisions == [false, true, true])
        #expect(tutorial.seen.count == 3)
        #expect(tutorial.seen.first == #""eve does not own web""#)
        #expect(tutorial.seen.last == "rego_parse_error")
        #expect(tutorial.place?.file == "broken.rego" && tutorial.place?.row == 2)
    }
}
