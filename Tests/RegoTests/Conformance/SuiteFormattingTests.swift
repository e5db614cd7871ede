import Rego
import RegoTestSupport
import Testing

@Suite("Conformance of formatting")
struct SuiteFormattingTests {
    /// `formatted` gives nothing whose tree or comments differ, and nothing that formatting would change again.
    @Test(.needsConformanceSuite) func `every module of the suite of OPA can be formatted`() throws {
        let texts = try ConformanceCase.moduleTexts()
        var count = 0
        for text in texts {
            guard let module = try? RegoModule(parsing: text, name: "suite.rego") else { continue }
            count += 1
            #expect(throws: Never.self, "\(text)") { try module.formatted() }
        }
        #expect(count > 1_000)
    }
}
