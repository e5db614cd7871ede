import Testing

/// The style as a test: one pass over the tracked files.
struct TidyTests {
    @Test func `every tracked file keeps the style`() throws {
        let project = try Checkout.project()
        #expect(project.paths.count > 10, "there is nothing to look at below \(Checkout.root)")
        let findings = remaining(project.findings(), after: allowances)
        let report = findings.map(\.description).sorted().joined(separator: "\n")
        if !findings.isEmpty { Issue.record("\(findings.count) findings:\n\(report)") }
    }
}
