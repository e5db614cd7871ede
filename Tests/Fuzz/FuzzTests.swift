import FoundationEssentials
import TestSupport
import Testing

/// Every target takes every input that is kept: examples to begin from, and what was once a finding.
@Suite(.timeLimit(.minutes(10))) struct FuzzTests {
    private static let corpus: String = {
        "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Corpus"
    }()

    @Test(arguments: FuzzTarget.all.map(\.name)) func `a target takes the inputs that are kept`(
        _ name: String
    ) async throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let folder = Self.corpus + "/" + name
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(!files.isEmpty)
        var size = 0
        for file in files {
            let input = try #require(FileManager.default.contents(atPath: folder + "/" + file).map(Array.init))
            size += input.count
            await #expect(throws: Never.self, "\(name)/\(file)") { try await target.run(input) }
        }
        #expect(size <= 64 << 10, "the inputs of \(name) are to stay small")
    }

    @Test func `a target takes nothing, and each single byte`() async throws {
        for target in FuzzTarget.all where target.name != "database" {
            try await target.run([])
            for byte in UInt8.min...UInt8.max { try await target.run([byte]) }
        }
    }

    @Test func `a finding is told with its target, its message and its input`() {
        let report = FuzzFinding.report(of: "an escape is not undone", in: .unit, for: [0, 10, 255])
        #expect(
            report == "fuzz: target 'unit' found: an escape is not undone\nfuzz: the input has 3 bytes: 000aff")
        let long = FuzzFinding.report(of: "x", in: .unit, for: [UInt8](repeating: 1, count: 5000))
        #expect(long.hasSuffix("01…") && long.utf8.count < 8400)
    }

    @Test func `every folder of inputs has a target`() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpus)
        #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
    }
}
