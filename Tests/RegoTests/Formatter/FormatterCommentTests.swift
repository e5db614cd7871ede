import Rego
import Testing

@Suite struct FormatterCommentTests {
    @Test func `comments stay with what they stand at`() throws {
        try expect(
            """
            # licence


            # about
            package p # name
            # why
            import data.b # b
            import data.a # a
            # METADATA
            # title: A
            a if { # opens
            # first
              x # is x

              # gap
              y
              # last
            } # closes

            # loose

            b := 1 # end
            # tail
            """,
            """
            # licence

            # about
            package p # name

            # why
            import data.a # a
            import data.b # b

            # METADATA
            # title: A
            a if { # opens
            \t# first
            \tx # is x

            \t# gap
            \ty
            \t# last
            } # closes

            # loose

            b := 1 # end

            # tail

            """)
    }

    @Test func `comments stay within collections`() throws {
        try expect(
            "package p\na := { # open\n# one\n\"x\": 1, # x\n\"y\": 2\n# end\n} # after\nb := f(1, # one\n 2) # two\n",
            """
            package p

            a := { # open
            \t# one
            \t"x": 1, # x
            \t"y": 2,
            \t# end
            } # after

            b := f(
            \t1, # one
            \t2,
            ) # two

            """)
    }

    @Test func `a collection that comes to one line takes one comment behind it, and with more stays as it is`() throws
    {
        try expect("package p\na := count([1] # one\n)\n", "package p\n\na := count([1]) # one\n")
        try expect("package p\na := {  # own\n # line\n \"x\":1}\n", "package p\n\na := {  # own\n # line\n \"x\":1}\n")
        try expect("package p\na if {\nx = y + # sum\n z\n}", "package p\n\na if {\n\tx = y + z # sum\n}\n")
    }

    @Test func `comments stay at branches, modifiers, names and bodies of comprehensions`() throws {
        try expect(
            """
            package p
            a := 1 if {
              x
            } # one
            # other
            else := 2 if {
              some v1, # v1
                v2 # v2
              y with input as 1 # in
                # between
                with data.x as 2
              z := [v | # head
                v := v1 # body
                # end
              ]
            }
            """,
            """
            package p

            a := 1 if {
            \tx
            } # one

            # other
            else := 2 if {
            \tsome v1, # v1
            \t\tv2 # v2
            \ty with input as 1 # in
            \t\t# between
            \t\twith data.x as 2
            \tz := [v | # head
            \t\tv := v1 # body
            \t\t# end
            \t]
            }

            """)
    }

    /// A comment is put behind each token of a module in turn, on the line and on a line of its own.
    @Test(arguments: ["# c\n", "\n# c\n"]) func `no place of a comment loses it`(comment: String) throws {
        let source = """
            package a.b
            import data.x as y
            import data.c
            default d := {"k": [1, 2]}
            f(x, [z]) := g(x).h[z] if {
            not x == z + 1 with input as {1} with data.q as y
            some k, v in {"a": {s | s := k; s > 1}}
            every w in [1] { w > 0; w }
            } else := 2 if { x in z
            x }
            p contains $"t {x}" if x[_]
            """
        let offsets = source.indices.filter { source[$0] == " " || source[$0] == "," || source[$0] == "\n" }
        var count = 0
        for offset in offsets {
            let text = source[..<offset] + " " + comment + source[offset...]
            guard let module = try? RegoModule(parsing: String(text), name: "test.rego") else { continue }
            let formatted = try? module.formatted()
            #expect(formatted?.contains("# c") == true, "\(text)")
            count += 1
        }
        #expect(count > 60)
    }

    private func expect(_ text: String, _ wanted: String) throws {
        let formatted = try RegoModule(parsing: text, name: "test.rego").formatted()
        #expect(formatted == wanted, "\(formatted)")
    }
}
