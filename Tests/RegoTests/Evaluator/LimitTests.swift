import Rego
import Synchronization
import Testing

@Suite("Limits")
struct LimitTests {
    private let join = """
        package a
        xs := numbers.range(1, 1000)
        p if { some a in xs; some b in xs; some c in xs; a + b + c < 0 }
        """

    private func failure(_ module: String, _ limits: EvaluationOptions.Limits) -> RegoError? {
        do {
            _ = try evaluate("data.a.p", modules: [module], options: EvaluationOptions(limits: limits))
            return nil
        } catch {
            return error as? RegoError
        }
    }

    @Test func `a join of a thousand million ways ends with its steps`() {
        let error = failure(join, EvaluationOptions.Limits(steps: 100_000))
        #expect(error?.code == .limit)
    }

    @Test func `a caller can end an evaluation`() {
        let asked = Atomic(0)
        let options = EvaluationOptions(interruption: {
            asked.add(1, ordering: .relaxed).newValue > 3 ? .cancelled : nil
        })
        let error = #expect(throws: RegoError.self) { try evaluate("data.a.p", modules: [join], options: options) }
        #expect(error?.code == .cancelled)
    }

    @Test func `what is built is counted`() {
        let module = "package a\np := [[a, b] | some a in numbers.range(1, 5000); some b in numbers.range(1, 5000)]"
        let error = failure(module, EvaluationOptions.Limits(bytes: 1 << 20))
        #expect(error?.code == .limit)
    }

    @Test func `a chain of rules deeper than the stack ends in an error`() {
        var module = "package a\np := r0\n"
        for number in 0..<20_000 { module += "r\(number) := r\(number + 1) + 1\n" }
        module += "r20000 := 1\n"
        let error = failure(module, EvaluationOptions.Limits())
        #expect(error?.code == .limit)
    }

    @Test func `a walk over a deep document ends`() {
        var value: RegoValue = 1
        for _ in 0..<5_000 { value = [value] }
        let results = try? evaluate(
            "data.a.p", modules: ["package a\np := count([1 | walk(input, [_, _])])"], input: value)
        #expect(results?.value == 5_001)
    }
}
