import FoundationEssentials
import Glibc
import Model
import Testing

@testable import Brahma

/// Every example of `Docs/Blueprints.md` is a document that this version takes.
@Suite struct DocumentedBlueprintsTests {
    /// An example, and the line of the page on which it begins.
    private struct Example {
        var line: Int
        var text: String
    }

    @Test func `every blueprint of the documentation compiles`() throws {
        let examples = try Self.examples()
        #expect(examples.count >= 8)
        for example in examples {
            let site = try Sites.compile(Self.files(of: example))
            #expect(site.diagnostics == [], "in the example of line \(example.line)")
            #expect(site.blueprints.count == 1, "in the example of line \(example.line)")
        }
    }

    @Test func `the examples show every type of resource`() throws {
        var shown: Set<ResourceType> = []
        for example in try Self.examples() {
            shown.formUnion(try Sites.compile(Self.files(of: example)).resources.map(\.id.type))
        }
        #expect(shown == Set(ResourceType.allCases))
    }

    /// The example as a site: its document, and each file that it names, empty.
    private static func files(of example: Example) -> [String: String] {
        var files = ["example.yaml": example.text]
        for document in YAMLStream(parsing: Array(example.text.utf8), file: "example.yaml").documents {
            for path in named(in: document) { files[path] = "" }
        }
        return files
    }

    /// The paths that `source` and `template` name anywhere in a value.
    private static func named(in value: PositionedValue) -> [String] {
        var paths: [String] = []
        for element in value.elements ?? [] { paths += named(in: element) }
        for member in value.members ?? [] {
            if member.key == "source" || member.key == "template", let path = member.value.text {
                paths.append(path)
            } else {
                paths += named(in: member.value)
            }
        }
        return paths
    }

    private static func examples() throws -> [Example] {
        let bytes = try Data(contentsOf: URL(filePath: try root() + "/Docs/Blueprints.md"))
        let page = String(decoding: bytes, as: UTF8.self)
        var examples: [Example] = []
        var unfinished: Example?
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            if var example = unfinished {
                if line == "```" {
                    examples.append(example)
                    unfinished = nil
                } else {
                    example.text.append(contentsOf: line)
                    example.text.append("\n")
                    unfinished = example
                }
            } else if line == "```yaml" {
                unfinished = Example(line: index + 1, text: "")
            }
        }
        return examples
    }

    /// The root of the checkout, behind any symbolic link.
    private static func root() throws -> String {
        let here = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let resolved = try #require(realpath(here, nil))
        defer { free(resolved) }
        return "/" + String(cString: resolved).split(separator: "/").dropLast(2).joined(separator: "/")
    }
}
