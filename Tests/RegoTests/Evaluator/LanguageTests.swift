import Rego
import Testing

@Suite("Language")
struct LanguageTests {
    private static let module = #"""
        package t

        xs := [1, 2, 3]
        p1 if { some x in data.foo with data.foo as [1]; x == 1 }
        p2 if { every x in input.xs { x > 0 } with input.xs as [1, 2] }
        p3 if { not input.bad with input.bad as false }
        p4[x] := y if { some x, y in {"a": 1, "b": 2} }
        p5 := {k: v | some k, v in p4; v > 1}
        p6 contains x if { some x in p4 }
        p7 := [x | some x in {3, 1, 2}]
        p8 := y if { [_, {"a": [y, _]}] = [1, {"a": [5, 6]}] }
        p9 := z if { [x, y] = [y, 3]; z := x }
        f([a, b]) := a + b
        f({"k": v}) := v
        p10 := [f([1, 2]), f({"k": 9})]
        p11 := x if { x := 1; false } else := 2 if { false } else := 3
        default p12(_) := 0
        p12(x) := 1 if x > 10
        p13 := [p12(1), p12(11)]
        p14.a.b := 1
        p14.a.c contains "x"
        p15 := count(p14)
        p16 if { "x" in p14.a.c }
        p17 if { p6[2] }
        p18 := {x | some x in xs; not x in {2}}
        p19 := sum([y | some y in xs]) - 1
        p20 := [i | xs[i] == 2]
        p21 := $"{xs} {p11} {input.nothing}"
        p22 if { walk({"a": [1]}, [["a", 0], 1]) }
        p23 := x if { x := data.t.p14["a"]["b"] }
        p24 := [k | some k, _ in p14.a]
        p25 := object.get({"a": 1}, "b", "d")
        """#

    @Test(arguments: [
        ("p1", #"true"#),
        ("p2", #"true"#),
        ("p3", #"true"#),
        ("p4", #"{"a":1,"b":2}"#),
        ("p5", #"{"b":2}"#),
        ("p6", #"[1,2]"#),
        ("p7", #"[1,2,3]"#),
        ("p8", #"5"#),
        ("p9", #"3"#),
        ("p10", #"[3,9]"#),
        ("p11", #"3"#),
        ("p13", #"[0,1]"#),
        ("p14", #"{"a":{"b":1,"c":["x"]}}"#),
        ("p15", #"1"#),
        ("p16", #"true"#),
        ("p17", #"true"#),
        ("p18", #"[1,3]"#),
        ("p19", #"5"#),
        ("p20", #"[1]"#),
        ("p21", #""[1, 2, 3] 3 \u003cundefined\u003e""#),
        ("p22", #"true"#),
        ("p23", #"1"#),
        ("p24", #"["b","c"]"#),
        ("p25", #""d""#),
    ])
    func `a rule gives what the language says`(_ rule: String, _ wanted: String) throws {
        let value = try evaluate("data.t.\(rule)", modules: [Self.module], input: ["xs": [0]]).value
        #expect(value?.json == wanted)
    }

    @Test func `the whole package gives all of them at once`() throws {
        let value = try #require(try evaluate("data.t", modules: [Self.module]).value)
        #expect(value["p11"] == 3)
        #expect(value["p12"] == nil)
    }

    @Test(arguments: [
        ("x := data.a.p[_]", 3), ("data.a.q[k][\"v\"]", 2), ("data.a[name] == 1", 1), ("some x in data.a.p; x > 1", 2),
        ("data.base[i].n = 2", 1), ("data.a.nope", 0),
    ])
    func `a query finds every way in which it holds`(_ query: String, _ count: Int) throws {
        let module = "package a\np := [1, 2, 3]\nq[k] := {\"v\": v} if some k, v in {\"x\": 1, \"y\": 2}\none := 1"
        let results = try evaluate(query, modules: [module], data: ["base": [["n": 1], ["n": 2]]])
        let holding = results.rows.filter { $0.expressions.allSatisfy { $0.value != false } }
        #expect(holding.count == count)
    }
}
