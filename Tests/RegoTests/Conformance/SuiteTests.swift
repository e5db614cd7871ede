import Rego
import RegoTestSupport
import Testing

@Suite("Conformance")
struct SuiteTests {
    @Test(.needsConformanceSuite) func `every case of the suite of OPA passes`() throws {
        let run = try ConformanceRun("conformance") { (item) throws in try rows(of: item, isTraced: false) }
        #expect(run.failures == 0)
        #expect(run.count > 0, "no case has the text of REGO_CASES in its note")
    }

    @Test(.needsConformanceSuite) func `every case passes when it is traced`() throws {
        let run = try ConformanceRun("conformance, traced") { (item) throws in try rows(of: item, isTraced: true) }
        #expect(run.failures == 0)
    }

    private func rows(of item: ConformanceCase, isTraced: Bool) throws -> [RegoValue] {
        var parsed: [RegoModule] = []
        for (index, module) in item.modules.enumerated() {
            parsed.append(try RegoModule(parsing: module, name: "test-\(index).rego"))
        }
        let engine = try RegoEngine(modules: parsed, data: item.data)
        var world = BuiltinContext.World()
        world.lookup = { name in name == "localhost" ? ["127.0.0.1", "::1"] : [name] }
        // A fixed time, at which the certificates of the suite are valid.
        var options = EvaluationOptions(
            limits: EvaluationOptions.Limits(steps: 20_000_000), isStrict: item.isStrict,
            now: 1_750_000_000_000_000_000, seed: 7, world: world)
        if isTraced { options.tracer = { _ in } }
        let results = try engine.prepare(item.query, isTraced: isTraced)
            .evaluate(input: try item.inputDocument(), options: options)
        return results.rows.map { row in
            .object(RegoObject(row.bindings.map { (key: RegoValue($0.key), value: $0.value.jsonValue) }))
        }
    }
}
