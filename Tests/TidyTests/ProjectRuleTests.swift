import Testing

/// The rules over the whole package, on small packages that break them.
@Suite("project rules")
struct ProjectRuleTests {
    private let manifest = """
        let yams = Target.Dependency.product(name: "Yams", package: "Yams")
        let package = Package(
            targets: [
                .systemLibrary(name: "CThing", path: "Sources/CThing"),
                .target(name: "Low", dependencies: ["CThing", yams]),
                .target(
                    name: "High",
                    dependencies: ["Low"], path: "Controllers/High"),
                .target(name: "Other", path: "Controllers/Other"),
                .testTarget(name: "LowTests", dependencies: ["Low"]),
            ])
        """

    private func project(_ files: [String: String], manifest: String? = nil) -> Project {
        let readmes = ["Sources/CThing", "Sources/Low", "Controllers/High", "Controllers/Other"].map {
            "\($0)/README.md"
        }
        return Project(
            manifest: Manifest(manifest ?? self.manifest), paths: readmes + files.keys,
            sources: files.filter { $0.key.hasSuffix(".swift") }.map { SourceText(path: $0.key, $0.value) })
    }

    @Test func `the manifest is read from its text`() {
        let targets = Manifest(manifest).targets
        #expect(targets.map(\.name) == ["CThing", "Low", "High", "Other", "LowTests"])
        #expect(targets.map(\.path).prefix(3) == ["Sources/CThing", "Sources/Low", "Controllers/High"])
        #expect(targets[1].dependencies == ["CThing", "Yams"])
        #expect(targets.map(\.kind) == [.system, .library, .library, .library, .test])
    }

    @Test func `a good package has no findings`() {
        let files = [
            "Sources/Low/A.swift": "internal import CThing\npublic import Yams\nimport struct Glibc.FILE\n",
            "Controllers/High/B.swift": "@preconcurrency import Low\n",
            "Tests/LowTests/C.swift": "@testable import Low\nimport Testing\n",
            "Tests/Benchmarks/limit.c": "",
        ]
        #expect(project(files).findings().map(\.description) == [])
    }

    @Test(arguments: [
        ("import Foundation", RuleName.foundation),
        ("import Low", .importMatrix),
        ("import NIOCore", .importMatrix),
        ("public import struct NIOCore.ByteBuffer", .importMatrix),
    ])
    func `a bad import is found`(line: String, rule: RuleName) {
        #expect(project(["Controllers/Other/A.swift": line]).findings().map(\.rule) == [rule])
    }

    @Test func `a C module with two importers is found, and one in a public API`() {
        let second = manifest.replacing("[\"Low\"], path", with: "[\"Low\", \"CThing\"], path")
        let files = ["Sources/Low/A.swift": "import CThing", "Controllers/High/A.swift": "import CThing"]
        #expect(project(files, manifest: second).findings().map(\.rule) == [.cImporter])
        #expect(project(["Sources/Low/A.swift": "public import CThing"]).findings().map(\.rule) == [.cImporter])
    }

    @Test func `a dependency that points up, or to another controller, is found`() {
        let up = manifest.replacing("[\"CThing\", yams]", with: "[\"High\"]")
        #expect(project([:], manifest: up).findings().map(\.rule) == [.importMatrix])
        let controllers = manifest.replacing("name: \"Other\",", with: "name: \"Other\", dependencies: [\"High\"],")
        #expect(project([:], manifest: controllers).findings().map(\.rule) == [.importMatrix])
    }

    @Test func `a module without a page, a type with a module's name and an uncompiled file are found`() {
        let more = manifest.replacing(".testTarget(", with: ".target(name: \"Bare\"), .testTarget(")
        #expect(project([:], manifest: more).findings().map(\.rule) == [.moduleReadme])
        #expect(project(["Controllers/High/A.swift": "struct Low {}"]).findings().map(\.rule) == [.moduleName])
        #expect(project(["Sources/Nowhere/A.swift": ""]).findings().map(\.rule) == [.compiled])
    }

    @Test(arguments: ["Source/SourceSpec.swift", "SourceKind.swift", "SourceKind+Status.swift"])
    func `a kind without a page is found once there are pages`(file: String) {
        let kind = "Sources/Model/Kinds/\(file)"
        let withModel = manifest.replacing(
            ".testTarget(", with: ".target(name: \"Model\"), .testTarget(")
        let readme = "Sources/Model/README.md"
        #expect(
            project([kind: "extension SourceKind {}", readme: ""], manifest: withModel).findings().map(\.rule) == [])
        let pages = [kind: "extension SourceKind {}", readme: "", "Docs/Kinds/Host.md": ""]
        #expect(project(pages, manifest: withModel).findings().map(\.rule) == [.kindPage])
        let written = pages.merging(["Docs/Kinds/Source.md": ""]) { $1 }
        #expect(project(written, manifest: withModel).findings().map(\.rule) == [])
    }
}

extension String {
    /// The text with every occurrence of a part replaced.
    fileprivate func replacing(_ part: String, with other: String) -> String {
        var rest = self[...]
        var result = ""
        while let first = rest.first {
            if rest.hasPrefix(part) {
                result += other
                rest = rest.dropFirst(part.count)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }
}
