import Testing

@Suite("SourceLexer")
struct SourceLexerTests {
    private func code(_ text: String) -> String {
        let source = SourceText(path: "a.swift", text)
        let bytes = source.code.dropLast().map { $0 == SourceText.interpolation ? UInt8(ascii: "$") : $0 }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `comments become space, nested ones too, and keep their lines`() {
        #expect(code("a // try!\nb") == "a        \nb")
        #expect(code("a /* x /* y */ z */ b") == "a                   b")
        #expect(code("/* x\ny */b") == "    \n    b")
        let source = SourceText(path: "a.swift", "a\n// one\nb /* two\nthree */")
        #expect(source.comments.map(\.line) == [2, 3])
        #expect(source.comments.map(\.text) == ["// one", "/* two\nthree */"])
    }

    @Test func `the content of a string becomes space and its interpolations stay`() {
        #expect(code(#"f("try! \(x + "y") // no") + z"#) == #"f("     $(x + " ")      ") + z"#)
        #expect(code(#""a\"b" c"#) == #""    " c"#)
        #expect(code(#""\(f((1)))" c"#) == #""$(f((1)))" c"#)
    }

    @Test func `a raw string ends with its own number of hashes only`() {
        #expect(code(##"#"a " \(x) b"# c"##) == ##"#"          "# c"##)
        #expect(code(##"#"\#(x)"# c"##) == ##"#"$ (x)"# c"##)
        #expect(code(##"#/try! \/ x/# c"##) == ##"#/         /# c"##)
    }

    @Test func `a multi-line string keeps its lines and may hold quotes`() {
        #expect(code("\"\"\"\n a \"b\" \\\n c\n\"\"\" d") == "\"\"\"\n        \n  \n\"\"\" d")
        #expect(code("#\"\"\"\na\"\"\"b\n\"\"\"# d") == "#\"\"\"\n     \n\"\"\"# d")
    }

    @Test func `the words of an identifier in backticks are not code`() {
        #expect(code("func `a Task { \" x`() { y }") == "func `            `() { y }")
    }

    @Test func `a quote as a character of C opens no string`() {
        #expect(code("if (c == '\"') x = '\\''; /* y */") == "if (c == ' ') x = '  ';        ")
    }

    @Test func `text that ends inside anything ends there`() {
        for text in ["\"abc", "/* abc", "\"\"\"\nabc", "\"\\(abc", "`abc", "#/abc", "#", "\"\\", "'", "/", "#\"\\#"] {
            #expect(code(text).utf8.count == text.utf8.count, "\(text)")
        }
    }

    @Test func `offsets find their lines`() {
        let source = SourceText(path: "a.swift", "a\n\nb\n")
        #expect([0, 1, 2, 3, 4].map { source.line(of: $0) } == [1, 1, 2, 3, 3])
        #expect(source.lineCount == 3)
        #expect(SourceText(path: "a.swift", "a\n\nb").lineCount == 3)
    }
}
