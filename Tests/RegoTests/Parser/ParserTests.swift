import Rego
import Testing

@Suite("Parser")
struct ParserTests {
    @Test func `an error names the row and the column in characters`() throws {
        let error = try #require(errors("package a\n\np := \"é\" + + 1\n").first)
        #expect(error.code == .parse)
        #expect(error.location?.row == 3)
        #expect(error.location?.column == 12)
        #expect(error.location?.file == "test.rego")
    }

    @Test(arguments: [
        ("", "empty module"),
        ("p := 1", "unexpected identifier token: package expected"),
        ("package a\np { true }", "`if` keyword is required before rule body"),
        ("package a\np[x]", "`contains` keyword is required for partial set rules"),
        ("package a\np", "var cannot be used for rule name"),
        ("package a\np := \"x", "non-terminated string"),
        ("package a\np := 01", "illegal number format"),
        (
            "package a\nimport foo.bar",
            "unexpected import path, must begin with one of: {data, future, input, rego}, got: foo.bar"
        ),
        ("package a\nimport future.keywords.nope", "unexpected keyword, must be one of [contains every if in not]"),
        ("package a\np if { x | }", "unexpected } token"),
        ("package a\np := {1, 2", "unexpected eof token: non-terminated set"),
        ("package a\np := [1, 2", "unexpected eof token: non-terminated array"),
        ("package a\ndefault p", "unexpected eof token: default rule must have a value"),
        ("package a\np if { x := 1 y := 2 }", "unexpected identifier token: expected \\n or ; or }"),
    ])
    func `a text that is no module is refused with a message`(_ text: String, _ message: String) {
        #expect(errors(text).first?.message == message)
        #expect(errors(text).first?.code == .parse)
    }

    @Test func `operators bind as in the grammar`() throws {
        let results = try evaluate("x := 1 + 2 * 3 - 4 / 2; y := {1, 2} | {3} & {3, 4}; z := 1 in [1] == true")
        #expect(results.rows.first?.bindings["x"] == 5)
        #expect(results.rows.first?.bindings["y"] == .set([1, 2, 3]))
    }

    @Test func `every keyword may head a reference`() throws {
        let module = "package a\nif.x := 1\nnot.y := 2\nsome.z := 3\np := if.x + not.y + some.z\n"
        #expect(try evaluate("data.a.p", modules: [module]).value == 6)
    }

    @Test func `version 0 needs no if and has sets without contains`() throws {
        let module = "package a\np[x] { x := [1, 2][_] }\nq = 1 { true } { false }\nr { q == 1 }"
        #expect(try evaluate("data.a.p", modules: [module], version: .v0).value == .set([1, 2]))
        #expect(try evaluate("data.a.r", modules: [module], version: .v0).value == true)
        #expect(errors(module).first?.message == "`if` keyword is required before rule body")
    }

    @Test func `the import of rego v1 makes a module of version 0 one of version 1`() {
        let module = "package a\nimport rego.v1\np { true }"
        #expect(errors(module, version: .v0).first?.message == "`if` keyword is required before rule body")
    }

    @Test func `interpolated strings nest and escape`() throws {
        let module = "package a\np := $\"a{$\"b{1 + 1}\"}\\{c\"\nq := $`{input.x}-\\{`"
        #expect(try evaluate("data.a.p", modules: [module]).value == "ab2{c")
        #expect(try evaluate("data.a.q", modules: [module]).value == "<undefined>-{")
    }

    @Test(arguments: ["[", "{", "(", "{1:", "[x|", "f(", "not ", "-", "[a|[b|", "$\"{", "1+", "x in "])
    func `deep nesting ends in an error`(_ piece: String) {
        let text = "package a\np := " + String(repeating: piece, count: 200_000)
        #expect(errors(text).first?.code == .parse)
    }

    @Test func `metadata is tied to the statement behind it`() throws {
        let module = """
            # METADATA
            # title: The package
            package a

            # METADATA
            # title: The rule
            # authors:
            # - Ann <ann@example.org>
            # custom:
            #   level: 3
            p := rego.metadata.rule()
            """
        let value = try #require(try evaluate("data.a.p", modules: [module]).value)
        #expect(value["title"] == "The rule")
        #expect(value["custom"]?["level"] == 3)
        #expect(value["authors"]?[0]?["email"] == "ann@example.org")
    }
}
