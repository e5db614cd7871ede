import Rego
import Testing

@Suite struct FormatterTests {
    @Test func `space and line breaks come to one form`() throws {
        try expect(
            """
            package   site.ssh
            import data.site.ports   as open
            import data.hosts
            default allow=false
            allow if{ input.user=="ann";not  blocked }
            allow    if   count( input.roles )>2
            ports[name]:=n if { n:=open[name] }

            """,
            """
            package site.ssh

            import data.hosts
            import data.site.ports as open

            default allow := false

            allow if {
            \tinput.user == "ann"
            \tnot blocked
            }

            allow if count(input.roles) > 2
            ports[name] := n if n := open[name]

            """)
    }

    @Test func `rules on one line stay together, and others have space between them`() throws {
        try expect(
            "package p\na := 1\nb := 2\n\n\n\nc := 3\nd if {\n x\n}\ne := 4\ndefault f := 1\ng := 2",
            "package p\n\na := 1\nb := 2\n\nc := 3\n\nd if {\n\tx\n}\n\ne := 4\n\ndefault f := 1\n\ng := 2\n")
    }

    @Test func `a body of one expression loses its braces on the line of its head only`() throws {
        try expect(
            "package p\na if { x }\nb if {\n x }\nc if\n x\nd if { {1} }\ne contains 1 if {true}\nf := true if {true}",
            """
            package p

            a if x

            b if {
            \tx
            }

            c if {
            \tx
            }

            d if {
            \t{1}
            }

            e contains 1
            f := true

            """)
    }

    @Test func `elements stay on the lines that the source gives them`() throws {
        try expect(
            """
            package p
            a := {"x":1,
              "y": [1,2,
              3]}
            b := [1,2,3
            ]
            c := f(1,
              {"k": {
                "v": 1
              }}
            )
            """,
            """
            package p

            a := {
            \t"x": 1,
            \t"y": [
            \t\t1, 2,
            \t\t3,
            \t],
            }

            b := [1, 2, 3]

            c := f(
            \t1,
            \t{"k": {"v": 1}},
            )

            """)
    }

    @Test func `operators have the parentheses that their order needs`() throws {
        try expect(
            "package p\na if {\n x+1==y*2\n z=x-(y-1)\n (x==y)==z\n {(a|b), (c&d)}\n [(a|b)|c]\n (x in y)==true\n}",
            """
            package p

            a if {
            \tx + 1 == y * 2
            \tz = x - (y - 1)
            \tx == y == z
            \t{(a | b), c & d}
            \t[(a | b) | c]
            \t(x in y) == true
            }

            """)
        try expect("package p\nodd(x) := x % 2 == 1", "package p\n\nodd(x) := (x % 2) == 1\n")
        try expect(
            "package p\na if { f((1, 2 in xs), [(1, x in xs)]) }", "package p\n\na if f((1, 2 in xs), [(1, x in xs)])\n"
        )
    }

    @Test func `comprehensions and every break their lines where the source does`() throws {
        try expect(
            """
            package p
            a := [x|some x in y;x>1]
            b := {k:v|
             some k,v in y}
            c if { every x in y {x;x>1} }
            d if {
             every k,v in y {
             v }
            }
            """,
            """
            package p

            a := [x | some x in y; x > 1]

            b := {k: v |
            \tsome k, v in y
            }

            c if every x in y { x; x > 1}

            d if {
            \tevery k, v in y {
            \t\tv
            \t}
            }

            """)
    }

    @Test func `modifiers stay on their lines, indented once`() throws {
        try expect(
            "package p\na if {\n x with input as {\n\"a\":1,\n\"b\":2}\n y with input.a as 1\n with data.b as 2\n}",
            """
            package p

            a if {
            \tx with input as {
            \t\t"a": 1,
            \t\t"b": 2,
            \t}
            \ty with input.a as 1
            \t\twith data.b as 2
            }

            """)
    }

    @Test func `a branch follows the brace before it where the source has it there`() throws {
        try expect(
            "package p\na := 1 if {\n x\n} else := 2 if {\n y\n}\nelse := 3\nb := 1 if { x } else = 2 if { y }",
            """
            package p

            a := 1 if {
            \tx
            } else := 2 if {
            \ty
            }

            else := 3

            b := 1 if x

            else := 2 if y

            """)
    }

    @Test func `modules of version 0 stay modules of version 0`() throws {
        try expect(
            "package p\np[x]{x:=1}\nq{true}\nr=v{v:=1}{v:=2}\nd[\"a\"]=true{x}",
            """
            package p

            p[x] {
            \tx := 1
            }

            q = true

            r = v {
            \tv := 1
            }

            r = v {
            \tv := 2
            }

            d["a"] = true {
            \tx
            }

            """, version: .v0)
        try expect(
            "package p\nimport rego.v1\nimport future.keywords.in\na if { x in y }",
            "package p\n\nimport rego.v1\n\na if x in y\n", version: .v0)
    }

    @Test func `text and numbers stay as they are written`() throws {
        let text = "package p\n\na := `raw\n\t text`\n\nb := \"\\u00e4\\n\"\n\nc := 1.50\n\nd := $\"a {x} {{1, 2}}\"\n"
        try expect(text, text)
        try expect("package p\na := x[\"b\"][\"c d\"].e", "package p\n\na := x.b[\"c d\"].e\n")
    }

    @Test func `names that are keywords stay names`() throws {
        try expect("package p\nif.foo:=1\nfoo[\"if\"]:=2", "package p\n\nif.foo := 1\nfoo[\"if\"] := 2\n")
    }

    /// The stack of a thread of the pool ends before the bound of the parser does.
    @Test(arguments: ["[", "{1:", "f(", "{x | x := ", "1+(", "x["])
    func `a module that goes deep is formatted or refused`(piece: String) {
        let closing = ["[": "]", "{1:": "}", "f(": ")", "{x | x := ": "}", "1+(": ")", "x[": "]"][piece] ?? ""
        for depth in [1, 10, 50, 100, 200, 400, 800, 1_400] {
            let text =
                "package p\n\na if "
                + String(repeating: piece, count: depth) + "1" + String(repeating: closing, count: depth) + "\n"
            guard let module = try? RegoModule(parsing: text) else { continue }
            do {
                #expect(try module.formatted().hasPrefix("package p\n\na if"))
            } catch {
                #expect(error.code == .limit, "\(error)")
            }
        }
    }

    @Test func `what is not a module is refused where it is wrong`() throws {
        #expect(throws: RegoErrors.self) { try RegoModule(parsing: "package p\nallow if {", name: "x").formatted() }
    }

    private func expect(_ text: String, _ wanted: String, version: RegoVersion = .v1) throws {
        let module = try RegoModule(parsing: text, name: "test.rego", version: version)
        let formatted = try module.formatted()
        #expect(formatted == wanted, "\(formatted)")
        #expect(try RegoModule(parsing: formatted, name: "test.rego", version: version).formatted() == formatted)
    }
}
