import TestSupport
import Testing

/// What the dynamic linker loads with the programs.
@Suite struct ProgramLinkingTests {
    @Test(arguments: [Products.aetherctl, Products.aetheredged])
    func `neither libcurl nor libpq is loaded before it is needed`(program: String) async throws {
        try await withTemporaryDirectory("linking") { (root) async throws in
            let command = Command(directory: root, environment: [:])
            let result = try await command.run(["/usr/bin/readelf", "-d", program])
            #expect(result.isSuccess && result.output.contains("(NEEDED)"), "\(result)")
            #expect(!result.output.contains("libcurl") && !result.output.contains("libpq"), "\(result)")
        }
    }
}
