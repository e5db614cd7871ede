import Rego
import Synchronization
import Testing

@Suite struct TracingTests {
    @Test func `a trace tells rules and expressions as they are entered, hold and fail`() throws {
        let policy = """
            package p
            allow if {
                some r in data.roles[input.user]
                r == "admin"
            }
            """
        let lines = try trace(
            "data.p.allow", [policy], data: ["roles": ["ann": ["dev", "admin"]]], input: ["user": "ann"])
        #expect(
            lines == [
                "0 Enter data.p.allow", "1 Eval data.p.allow", "1 Index data.p.allow (matched 1 rule, early exit)",
                "1 Enter data.p.allow", "2 Eval some r in data.roles[input.user]", #"2 Eval r == "admin""#,
                #"2 Fail r == "admin""#, "2 Redo some r in data.roles[input.user]", #"2 Eval r == "admin""#,
                "2 Exit data.p.allow early", "1 Redo data.p.allow", #"2 Redo r == "admin""#,
                "2 Redo some r in data.roles[input.user]", "1 Exit data.p.allow", "0 Redo data.p.allow",
                "1 Redo data.p.allow",
            ], "\(lines)")
    }

    @Test func `what is negated, comprehensions and defaults are runs of their own`() throws {
        let policy = """
            package p
            default deny := false
            deny if {
                not input.ok
                count([x | some x in input.list; x > 1]) > 1
            }
            """
        let lines = try trace("data.p.deny", [policy], input: ["list": [1, 2]])
        #expect(lines.contains("2 Enter input.ok") && lines.contains("3 Fail input.ok"), "\(lines)")
        #expect(lines.contains("2 Enter some x in input.list; x > 1"), "\(lines)")
        #expect(lines.contains("3 Exit some x in input.list; x > 1"), "\(lines)")
        #expect(lines.contains("2 Fail count([x | some x in input.list; x > 1]) > 1"), "\(lines)")
        #expect(lines.contains("1 Enter data.p.deny") && lines.contains("2 Exit data.p.deny"), "\(lines)")
    }

    @Test func `a note of trace is told where it was made`() throws {
        let policy = "package p\nq if {\n\tx := input.n\n\ttrace(sprintf(\"n is %d\", [x]))\n}"
        let notes = try events("data.p.q", [policy], input: ["n": 7]).filter { $0.operation == .note }
        #expect(notes.map(\.message) == ["n is 7"])
        #expect(notes.map(\.location.row) == [4])
    }

    @Test func `rules that the index left out are not entered`() throws {
        let policy = """
            package p
            q := 1 if input.x == "a"
            q := 2 if input.x == "b"
            q := 3 if input.x == "c"
            """
        let lines = try trace("data.p.q", [policy], input: ["x": "b"])
        #expect(lines.contains("1 Index data.p.q (matched 1 rule)"), "\(lines)")
        #expect(lines.count { $0.hasPrefix("1 Enter") } == 1)
    }

    @Test func `a query that is not traced tells nothing`() throws {
        var options = EvaluationOptions()
        let counter = Counter()
        options.tracer = { _ in counter.add() }
        _ = try RegoEngine(modules: []).prepare("1 == 1").evaluate(options: options)
        #expect(counter.count == 0)
        // Nor does a traced one that nobody listens to, and it finds the same.
        let results = try RegoEngine(modules: []).prepare("x := 1; x == 1", isTraced: true).evaluate()
        #expect(results.rows.map(\.bindings) == [["x": 1]])
    }

    @Test func `a traced query that finds an error tells what led there`() throws {
        let policy = "package p\nq := x if some x in [1, 2]"
        let counter = Counter()
        var options = EvaluationOptions()
        options.tracer = { _ in counter.add() }
        let engine = try RegoEngine(modules: [try RegoModule(parsing: policy, name: "p.rego")])
        #expect(throws: RegoError.self) {
            try engine.prepare("data.p.q", isTraced: true).evaluate(options: options)
        }
        #expect(counter.count > 4)
    }

    @Test func `the lines that can be covered are those of heads and expressions`() throws {
        let policy = """
            package p

            default a := 1

            b contains x if {
                some x
                y := {z |
                    z := input[_]
                }
                x in y
            }

            c := 1
            d := 1 if {
                true
            } else := 2 if {
                every k in input {
                    k > 1
                }
            }
            """
        let module = try RegoModule(parsing: policy, name: "p.rego")
        #expect(module.coverableLines == [3, 5, 7, 8, 10, 13, 14, 15, 16, 17, 18])
    }

    private func trace(
        _ query: String, _ modules: [String], data: RegoValue = [:], input: RegoValue? = nil
    ) throws -> [String] {
        try events(query, modules, data: data, input: input).map { event in
            let message = event.message.isEmpty ? "" : " " + event.message
            return "\(event.depth) \(event.operation.rawValue) \(event.node.text)\(message)"
        }
    }

    private func events(
        _ query: String, _ modules: [String], data: RegoValue = [:], input: RegoValue? = nil
    ) throws -> [TraceEvent] {
        let parsed = try modules.map { try RegoModule(parsing: $0, name: "p.rego") }
        let list = EventList()
        var options = EvaluationOptions()
        options.tracer = { list.add($0) }
        _ = try RegoEngine(modules: parsed, data: data).prepare(query, isTraced: true)
            .evaluate(input: input, options: options)
        return list.events
    }
}

private final class EventList: Sendable {
    private let list = Mutex<[TraceEvent]>([])

    var events: [TraceEvent] { list.withLock { $0 } }

    func add(_ event: TraceEvent) { list.withLock { $0.append(event) } }
}

private final class Counter: Sendable {
    private let value = Mutex(0)

    var count: Int { value.withLock { $0 } }

    func add() { value.withLock { $0 += 1 } }
}
