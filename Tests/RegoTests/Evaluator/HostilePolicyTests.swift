import Rego
import Synchronization
import Testing

/// Policies that were written to hang, to exhaust or to crash who evaluates them.
@Suite("Hostile policies", .timeLimit(.minutes(10)))
struct HostilePolicyTests {
    /// A policy, what it gets, and the limit that ends it.
    struct Hostile: Sendable, CustomTestStringConvertible {
        let name: String
        let module: String
        var input: RegoValue = .null
        var limits = EvaluationOptions.Limits(steps: 200_000, bytes: 1 << 22, depth: 1_000)
        var says = ["steps", "memory", "deeper"]

        var testDescription: String { name }
    }

    private static let growth = (1...40).map { "x\($0) := concat(\"\", [x\($0 - 1), x\($0 - 1)])" }.joined(
        separator: "\n")
    private static let nesting = (1...40).map { "x\($0) := [x\($0 - 1), x\($0 - 1)]" }.joined(separator: "\n")
    private static let cycle: RegoValue = .object(
        RegoObject(
            (0..<500).map { (key: RegoValue($0), value: [RegoValue(($0 + 1) % 500), RegoValue(($0 + 7) % 500)]) }))

    static let all: [Hostile] = [
        Hostile(
            name: "a join of a thousand million ways",
            module: "p if { some a in input; some b in input; some c in input; a + b + c < 0 }",
            input: .array(RegoArray((0..<1000).map { RegoValue($0) })), says: ["steps"]),
        Hostile(
            name: "a join of comprehensions that are all kept",
            module: "p := [[a, b, c] | some a in input; some b in input; some c in input]",
            input: .array(RegoArray((0..<1000).map { RegoValue($0) })), says: ["steps", "memory"]),
        Hostile(
            name: "a walk in a walk in a walk",
            module: "p if { walk(input, [_, a]); walk(input, [_, b]); walk(input, [_, c]); a + b + c < 0 }",
            input: Self.cycle, says: ["steps"]),
        Hostile(
            name: "a string that doubles by concat", module: "x0 := \"aaaaaaaaaaaaaaaa\"\n\(growth)\np := x40",
            says: ["memory"]),
        Hostile(
            name: "a string that doubles by sprintf",
            module: "x0 := \"aaaaaaaaaaaaaaaa\"\n"
                + (1...40).map { "x\($0) := sprintf(\"%s%s\", [x\($0 - 1), x\($0 - 1)])" }.joined(separator: "\n")
                + "\np := x40", says: ["memory"]),
        Hostile(
            name: "a string replaced by longer ones",
            module: "x0 := \"aa\"\n"
                + (1...40).map { "x\($0) := replace(x\($0 - 1), \"a\", \"aaaa\")" }.joined(separator: "\n")
                + "\np := x40", says: ["memory", "steps"]),
        Hostile(
            name: "a set of all numbers", module: "p := {x | some x in numbers.range(1, 1000000000)}",
            says: ["steps", "memory"]),
        Hostile(
            name: "numbers that double their digits",
            module: "x0 := 99999999999\n"
                + (1...40).map { "x\($0) := x\($0 - 1) * x\($0 - 1)" }.joined(separator: "\n") + "\np := x40",
            says: ["memory", "steps"]),
        Hostile(
            name: "text of a document whose parts are shared",
            module: "x0 := [1]\n\(nesting)\np := json.marshal(x40)", says: ["memory", "steps"]),
        Hostile(
            name: "a walk over a document whose parts are shared",
            module: "x0 := [1]\n\(nesting)\np := count([1 | walk(x40, _)])", says: ["memory", "steps"]),
        Hostile(
            name: "calls that each make two",
            module: (1...40).map { "f\($0)(x) := f\($0 - 1)([x, 1]) + f\($0 - 1)([x, 2])" }.joined(separator: "\n")
                + "\nf0(x) := 1\np := f40(1)", says: ["steps", "memory"]),
        Hostile(
            name: "addresses of a large network", module: "p := net.cidr_expand(\"10.0.0.0/8\")",
            says: ["memory", "steps"]),
        Hostile(
            name: "addresses of version 6", module: "p := net.cidr_expand(\"2001:db8::/32\")",
            says: ["memory", "steps"]),
        Hostile(
            name: "text padded by regex",
            module: "p := regex.replace(input, \"\", input)",
            input: RegoValue(String(repeating: "a", count: 20_000)), says: ["memory", "steps"]),
    ]

    @Test(arguments: all) func `ends within its limits, by name`(_ hostile: Hostile) throws {
        let error = #expect(throws: RegoError.self) {
            try evaluate(
                "data.a.p", modules: ["package a\n\(hostile.module)"], input: hostile.input,
                options: EvaluationOptions(limits: hostile.limits))
        }
        #expect(error?.code == .limit)
        #expect(hostile.says.contains { error?.message.contains($0) == true }, "\(error?.message ?? "")")
    }

    @Test(arguments: ["^(a+)+$", "^(a|aa)*$", "(a*)*b", "^(a|a?)+$", "x(.*)*y"])
    func `an expression that others take for ever with ends in linear time`(_ pattern: String) throws {
        let text = String(repeating: "a", count: 20_000) + "!"
        let options = EvaluationOptions(limits: EvaluationOptions.Limits(steps: 20_000_000))
        let module = "package a\np := regex.match(`\(pattern)`, input)"
        #expect(try evaluate("data.a.p", modules: [module], input: RegoValue(text), options: options).value == false)
    }

    @Test func `an expression that repeats itself too often is refused`() throws {
        for pattern in ["(((a{1,100}){1,100}){1,100}){1,100}", String(repeating: "(", count: 5_000)] {
            let error = #expect(throws: RegoError.self) {
                try evaluate(
                    "regex.match(input, \"a\")", input: RegoValue(pattern), options: EvaluationOptions(isStrict: true))
            }
            #expect(error?.code == .builtin)
        }
    }

    @Test func `a cyclic graph is searched to its end`() throws {
        let module = "package a\np := count(graph.reachable(input, [0]))"
        #expect(try evaluate("data.a.p", modules: [module], input: Self.cycle).value == 500)
    }

    @Test func `a text that nests without end is refused`() {
        for (open, close) in [("[", "]"), ("{\"a\": ", "}"), ("(", ")"), ("{x | x := ", "}"), ("f(", ")"), ("-", "")] {
            let text =
                "package a\np := " + String(repeating: open, count: 50_000) + "1"
                + String(repeating: close, count: 50_000)
            #expect(errors(text).first?.code == .parse, "\(open)")
        }
        let terms = "package a\np := " + String(repeating: "1 + ", count: 50_000) + "1"
        #expect(errors(terms).first?.code == .parse)
    }

    @Test func `a document that nests without end is refused`() throws {
        let text = String(repeating: "[", count: 1_000_000)
        #expect(throws: RegoJSONError.self) { try RegoValue(json: text) }
        let unmarshalled = try evaluate("json.unmarshal(input)", input: RegoValue(text))
        #expect(unmarshalled.value == nil && unmarshalled.builtinErrors.count == 1)
    }

    @Test func `rules that call each other in a circle are refused`() {
        for module in [
            "package a\np if q\nq if p", "package a\nf(x) := f(x)", "package a\np contains x if some x in p",
            "package a\np := count([1 | walk(data, _)])",
        ] {
            #expect(errors(module).first?.code == .recursion, "\(module)")
        }
    }

    @Test func `every hostile policy ends when its caller wants it`() throws {
        for hostile in Self.all.prefix(3) {
            let asked = Atomic(0)
            let options = EvaluationOptions(interruption: {
                asked.add(1, ordering: .relaxed).newValue > 2 ? .cancelled : nil
            })
            let error = #expect(throws: RegoError.self) {
                try evaluate(
                    "data.a.p", modules: ["package a\n\(hostile.module)"], input: hostile.input, options: options)
            }
            #expect(error?.code == .cancelled)
        }
    }
}
