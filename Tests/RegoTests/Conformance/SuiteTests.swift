import Glibc
import Testing

@Suite("Conformance")
struct SuiteTests {
    /// What fails is named with its reason, then counted by category.
    ///
    /// REGO_CASES takes the cases of one category, or those with a text in their note; REGO_TRACE names each before it
    /// runs.
    @Test(
        .enabled("the suite of OPA is not on this machine; name its file in REGO_CONFORMANCE") {
            ConformanceCase.isExpected
        })
    func `every case of the suite of OPA passes`() throws {
        let cases = try #require(
            try ConformanceCase.all(), "there is no shared/data/rego/conformance.json beside the checkout or in /work")
        let filter = getenv("REGO_CASES").map { String(cString: $0) }
        let clock = ContinuousClock()
        var failed: [String: Int] = [:]
        var total: [String: Int] = [:]
        let start = clock.now
        for item in cases where filter.map({ item.note.contains($0) || item.category == $0 }) ?? true {
            total[item.category, default: 0] += 1
            if getenv("REGO_TRACE") != nil { puts("run \(item.note)") }
            if let reason = item.failure() {
                failed[item.category, default: 0] += 1
                puts("fail \(item.category): \(item.note): \(reason.prefix(600))")
            }
        }
        let elapsed = clock.now - start
        for (category, count) in failed.sorted(by: { $0.key < $1.key }) {
            puts("category \(category): \(count) of \(total[category, default: 0]) fail")
        }
        let all = total.values.reduce(0, +)
        let bad = failed.values.reduce(0, +)
        puts("conformance: \(all - bad) of \(all) in \(elapsed)")
        #expect(bad == 0)
        #expect(all > 0, "no case has '\(filter ?? "")' in its note")
    }
}
