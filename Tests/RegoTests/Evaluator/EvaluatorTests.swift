import Rego
import Synchronization
import Testing

@Suite("Evaluator")
struct EvaluatorTests {
    @Test func `a negated call of something undefined is undefined, as in OPA`() throws {
        let module = "package a\nf(x) if x == 1\np if not f(input.x)\nq if not input.x\nr if not input.x == 1"
        #expect(try evaluate("data.a.p", modules: [module], input: [:]).value == nil)
        #expect(try evaluate("data.a.q", modules: [module], input: [:]).value == true)
        #expect(try evaluate("data.a.r", modules: [module], input: [:]).value == true)
    }

    @Test func `a query gives bindings and the values of its expressions`() throws {
        let results = try evaluate("x := [1, 2, 3][_]; x > 1")
        #expect(results.rows.map { $0.bindings["x"] } == [2, 3])
        #expect(results.rows.map { $0.expressions[1].value } == [true, true])
        #expect(results.rows[0].expressions[1].location.text == "x > 1")
    }

    @Test func `false is an answer of a single expression without search, and no row else`() throws {
        #expect(try evaluate("1 == 2").value == false)
        #expect(try evaluate("[true, false][i]").rows.map { $0.bindings["i"] } == [0])
        #expect(try evaluate("true; false").rows.isEmpty)
    }

    @Test func `the steps behind a with see the documents outside of it`() throws {
        let module = "package a\nq := input.x\np := [y, z] if {\n  y := q with input.x as 1\n  z := q\n}"
        #expect(try evaluate("data.a.p", modules: [module], input: ["x": 7]).value == [1, 7])
    }

    @Test func `with replaces rules, packages and functions`() throws {
        let module = """
            package a
            q := 1
            f(x) := x
            p := x if x := q with data.a.q as 2
            r := x if x := f(1) with f as 5
            s := x if x := f(3) with f as g
            g(x) := f(x) * 10
            t := x if x := count([1, 2]) with count as 9
            """
        let value = try #require(try evaluate("data.a", modules: [module]).value)
        #expect(value["p"] == 2)
        #expect(value["r"] == 5)
        #expect(value["s"] == 30)
        #expect(value["t"] == 9)
        #expect(value["q"] == 1)
    }

    @Test func `rules that disagree are a conflict, and only when they are asked for`() throws {
        let module = "package a\np := 1\np := 2\nq := 3"
        #expect(try evaluate("data.a.q", modules: [module]).value == 3)
        let error = #expect(throws: RegoError.self) { try evaluate("data.a.p", modules: [module]) }
        #expect(error?.code == .conflict)
        #expect(error?.message == "complete rules must not produce multiple outputs")
    }

    @Test func `the failure of a built-in is undefined, or an error where that is wanted`() throws {
        let module = "package a\np := 1 / input.x"
        let results = try evaluate("data.a.p", modules: [module], input: ["x": 0])
        #expect(results.value == nil)
        #expect(results.builtinErrors.first?.message == "div: divide by zero")
        let error = #expect(throws: RegoError.self) {
            try evaluate("data.a.p", modules: [module], input: ["x": 0], options: EvaluationOptions(isStrict: true))
        }
        #expect(error?.code == .builtin)
        #expect(error?.location?.row == 2)
    }

    @Test func `a prepared query runs on many threads at once`() async throws {
        let module = "package a\np contains y if { some x in input.xs; y := f(x) }\nf(x) := y if { y := x * 2 }"
        let query = try RegoEngine(modules: [try RegoModule(parsing: module)]).prepare("data.a.p")
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<32 {
                group.addTask {
                    let input: RegoValue = ["xs": .array(RegoArray((0..<50).map { RegoValue($0 + number) }))]
                    let wanted = RegoValue.set(RegoSet((0..<50).map { RegoValue(($0 + number) * 2) }))
                    return try (0..<20).allSatisfy { _ in try query.evaluate(input: input).value == wanted }
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
    }

    @Test func `the rule index leaves no rule out`() throws {
        var module = "package a\ndefault p := \"none\"\n"
        for number in 0..<200 {
            module += "p := \"r\(number)\" if { input.x == \(number); input.y == \"b\" }\n"
        }
        module += "p := \"other\" if { input.z }\n"
        let query = try RegoEngine(modules: [try RegoModule(parsing: module)]).prepare("data.a.p")
        #expect(try query.evaluate(input: ["x": 17, "y": "b"]).value == "r17")
        #expect(try query.evaluate(input: ["x": 17, "y": "c"]).value == "none")
        #expect(try query.evaluate(input: ["x": 500, "z": true]).value == "other")
        #expect(try query.evaluate().value == "none")
    }

    @Test func `a search by fields finds what a search from end to end finds`() throws {
        let module = """
            package a
            byIndex contains i if { some i, b in data.bs; b.user == input.user; b.space.name == input.space }
            byField contains i if data.bs[i].user == input.user
            pairs contains [x.id, y.id] if { some x in input.xs; some y in input.ys; y.ref == x.id }
            slow contains i if { some i, b in data.bs; [b.user, b.space.name] == [input.user, input.space] }
            """
        let bs = (0..<100).map { number -> RegoValue in
            number % 7 == 0
                ? ["user": "lacks a space"]
                : ["user": RegoValue("u\(number % 10)"), "space": ["name": RegoValue("s\(number % 3)")]]
        }
        let xs = (0..<40).map { ["id": RegoValue($0)] as RegoValue }
        let ys = (0..<40).map { ["id": RegoValue($0), "ref": RegoValue($0 / 2)] as RegoValue }
        let query = try RegoEngine(
            modules: [try RegoModule(parsing: module)], data: ["bs": .array(RegoArray(bs))]
        ).prepare("x := data.a")
        for user in ["u1", "u2", "nobody"] {
            let input: RegoValue = [
                "user": RegoValue(user), "space": "s1", "xs": .array(RegoArray(xs)), "ys": .array(RegoArray(ys)),
            ]
            let value = try #require(try query.evaluate(input: input).rows.first?.bindings["x"])
            #expect(value["byIndex"] == value["slow"])
            let fields = bs.indices.filter { bs[$0]["user"] == RegoValue(user) }.map { RegoValue($0) }
            #expect(value["byField"] == .set(RegoSet(fields)))
            let pairs = ys.filter { $0["ref"]?.int ?? 99 < 40 }.map { [$0["ref"] ?? 0, $0["id"] ?? 0] as RegoValue }
            #expect(value["pairs"] == .set(RegoSet(pairs)))
        }
    }

    @Test func `a document kept between evaluations is not seen where with replaced what it is made of`() throws {
        let module = """
            package a
            total := sum(data.xs)
            mocked := x if x := total with data.xs as [1]
            counted := x if x := total with sum as 7
            p := [total, mocked, counted, input.y]
            """
        let query = try RegoEngine(modules: [try RegoModule(parsing: module)], data: ["xs": [1, 2, 3]]).prepare(
            "data.a.p")
        for number in 0..<3 {
            #expect(try query.evaluate(input: ["y": RegoValue(number)]).value == [6, 1, 7, RegoValue(number)])
        }
    }

    @Test func `a query may stand in a package and have imports`() throws {
        let engine = try RegoEngine(
            modules: [try RegoModule(parsing: "package a.b\np := 1"), try RegoModule(parsing: "package c\nq := 2")])
        #expect(try engine.prepare("p + l.q", package: "a.b", imports: ["data.c as l"]).evaluate().value == 3)
    }
}
