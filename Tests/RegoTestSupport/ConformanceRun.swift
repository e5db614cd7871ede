import Glibc
public import Rego

/// A run of the suite, or of a part of it.
public struct ConformanceRun: Sendable {
    /// How many cases ran.
    public let count: Int
    /// How many of them failed.
    public let failures: Int

    /// Runs the cases in one way; what fails is named with its reason, then counted by category.
    ///
    /// REGO_CASES takes the cases of one category, or those with a text in their note; REGO_TRACE names each before it
    /// runs.
    public init(_ name: String, _ run: (ConformanceCase) throws -> [RegoValue]) throws {
        guard let cases = try ConformanceCase.all() else {
            throw ConformanceFailure(
                codes: [], text: "there is no shared/data/rego/conformance.json beside the checkout or in /work")
        }
        let filter = getenv("REGO_CASES").map { String(cString: $0) }
        let clock = ContinuousClock()
        var failed: [String: Int] = [:]
        var total: [String: Int] = [:]
        let start = clock.now
        for item in cases where filter.map({ item.note.contains($0) || item.category == $0 }) ?? true {
            total[item.category, default: 0] += 1
            if getenv("REGO_TRACE") != nil { puts("run \(item.note)") }
            if let reason = item.failure(run) {
                failed[item.category, default: 0] += 1
                puts("fail \(item.category): \(item.note): \(reason.prefix(600))")
            }
        }
        let elapsed = clock.now - start
        for (category, count) in failed.sorted(by: { $0.key < $1.key }) {
            puts("category \(category): \(count) of \(total[category, default: 0]) fail")
        }
        count = total.values.reduce(0, +)
        failures = failed.values.reduce(0, +)
        puts("\(name): \(count - failures) of \(count) in \(elapsed)")
    }
}
