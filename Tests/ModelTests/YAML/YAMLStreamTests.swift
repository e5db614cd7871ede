import Model
import TestSupport
import Testing

@Suite("YAMLStream")
struct YAMLStreamTests {
    private func value(_ text: String) throws -> JSONValue {
        let stream = YAMLStream(parsing: text, file: "f.yaml")
        #expect(stream.diagnostics.isEmpty, "\(stream.diagnostics)")
        return try #require(stream.documents.first).json
    }

    private func errors(_ text: String, limits: YAMLLimits = .standard) -> [String] {
        YAMLStream(parsing: text, file: "f.yaml", limits: limits).diagnostics.map {
            "\($0.position.line):\($0.position.column): \($0.message)"
        }
    }

    @Test func `plain scalars have the types of YAML's core schema without its surprises`() throws {
        let text = """
            [null, ~, "", true, false, yes, No, on, True, 0, -12, +7, 0x1F, 0o17, 1.5, -.5, 1e3, 1.0, .inf, .nan,
             1_000, 1:30, 2024-01-01, "12", 'true', 99999999999999999999, 0.1.2, 1e, 0x, "0644"]
            """
        #expect(
            try value(text) == [
                .null, .null, "", true, false, "yes", "No", "on", "True", 0, -12, 7, 31, 15, .number(1.5),
                .number(-0.5),
                1000, 1, ".inf", ".nan", "1_000", "1:30", "2024-01-01", "12", "true", .number(1e20), "0.1.2", "1e",
                "0x",
                "0644",
            ])
    }

    @Test func `values and keys know their places`() throws {
        let stream = YAMLStream(parsing: "# c\na: 1\nélan:   {x: [p, \"q\"]}\n", file: "f")
        let root = try #require(stream.documents.first)
        let members = try #require(root.members)
        #expect([members[0].line, members[0].column, members[0].value.line, members[0].value.column] == [2, 1, 2, 4])
        #expect([members[1].line, members[1].column] == [3, 1])
        let list = try #require(members[1].value["x"])
        #expect([list.line, list.column] == [3, 13])
        #expect(list.elements?.map(\.column) == [14, 17])
        #expect(root.position(in: "f") == SourcePosition(file: "f", line: 2, column: 1))
    }

    @Test func `a stream has many documents, and empty ones are left out`() {
        let stream = YAMLStream(parsing: "---\na: 1\n---\n# nothing\n---\nb: 2\n...\n", file: "f")
        #expect(stream.documents.map(\.json) == [["a": 1], ["b": 2]])
        #expect(stream.documents.map(\.line) == [2, 6])
        #expect(YAMLStream(parsing: "", file: "f").documents.isEmpty)
        #expect(YAMLStream(parsing: "\u{FEFF}a: 1", file: "f").documents.map(\.json) == [["a": 1]])
    }

    @Test func `anchors stand for their values, in their document only`() throws {
        #expect(try value("&k c: 1\nd: *k") == ["c": 1, "d": "c"])
        #expect(try value("a: &k c\n*k : 2") == ["a": "c", "c": 2])
        #expect(try value("a: &x {k: [1, 2]}\nb: *x") == ["a": ["k": [1, 2]], "b": ["k": [1, 2]]])
        #expect(errors("a: &x 1\n---\nb: *x") == ["3:4: alias '*x' has no anchor before it"])
        #expect(errors("base: &base 1\nb: *bas") == ["2:4: alias '*bas' has no anchor before it; did you mean 'base'?"])
        #expect(errors("a: &x [*x]") == ["1:8: alias '*x' has no anchor before it"])
    }

    @Test func `block text is kept as it is written`() throws {
        #expect(
            try value("a: |\n  x: 1\n    y\nb: >-\n  folded\n  text\nc: \"\\u00e9\\n\"")
                == ["a": "x: 1\n  y\n", "b": "folded text", "c": "é\n"])
    }

    @Test(arguments: [
        ("a: 1\nb: 2\na: 3", ["3:1: key 'a' stands twice; the first is in line 1"]),
        (
            "{a: 1, \"a\": 2, a: 3}",
            [
                "1:8: key 'a' stands twice; the first is in line 1",
                "1:16: key 'a' stands twice; the first is in line 1",
            ]
        ),
        (
            "mode: 0644\nuid: -007",
            [
                "1:7: '0644' has a leading zero, which YAML versions read as different numbers; quote it: \"0644\"",
                "2:6: '-007' has a leading zero, which YAML versions read as different numbers; quote it: \"-007\"",
            ]
        ),
        ("a: !!binary aGk=", ["1:4: tag 'tag:yaml.org,2002:binary' is not supported here; leave it out"]),
        ("a: !vault x", ["1:4: tag '!vault' is not supported here; leave it out"]),
        ("a: !!int x", ["1:4: tag 'tag:yaml.org,2002:int' is not supported here; leave it out"]),
        ("a: !!set {x}", ["1:4: tag 'tag:yaml.org,2002:set' is not supported here; leave it out"]),
        ("a: &x {b: 1}\nc: {<<: *x}", ["2:5: merge keys ('<<') are not supported; write the members out"]),
        ("? [a, b]\n: 1", ["1:3: a key must be text, not a list or an object"]),
        ("a: &x [1]\n*x : 2", ["2:1: a key must be text, not a list or an object"]),
        ("a:\n\tb: 1", ["2:1: the YAML is broken: a tab indents the line; YAML indents with spaces only"]),
        (
            "a: b: c",
            [
                "1:5: the YAML is broken: mapping values are not allowed in this context; indent the line differently, "
                    + "or quote text that holds ': '"
            ]
        ),
        (
            "a: @x",
            [
                "1:4: the YAML is broken: found character that cannot start any token; quote the "
                    + "text that begins with it"
            ]
        ),
        (
            "a: \"b\nc: 1",
            [
                "2:5: the YAML is broken: while scanning a quoted scalar that begins in line 1: "
                    + "found unexpected end of stream"
            ]
        ),
        (
            "a: [1, 2",
            [
                "2:1: the YAML is broken: while parsing a flow sequence that begins in line 1: did "
                    + "not find expected ',' or ']'"
            ]
        ),
        ("a: \u{7}", ["1:4: the YAML is broken: control characters are not allowed"]),
    ])
    func `an error has a place and says what to do`(text: String, expected: [String]) {
        #expect(errors(text) == expected)
    }

    @Test func `documents before a syntax error are kept`() {
        let stream = YAMLStream(parsing: "a: 1\n---\nb: [\n", file: "f")
        #expect(stream.documents.map(\.json) == [["a": 1]])
        #expect(stream.diagnostics.count == 1)
    }

    @Test func `tags of the core schema that say nothing new are allowed`() throws {
        #expect(
            try value("a: !!str 12\nb: !!int 12\nc: !!map {}\nd: !!seq []\ne: ! 0644\nf: !!null ~\ng: !!bool true")
                == ["a": "12", "b": 12, "c": .object([:]), "d": [], "e": "0644", "f": .null, "g": true])
    }

    @Test(arguments: 0..<150 as Range<UInt64>)
    func `JSON is YAML`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let json = RandomJSON.value(&generator, depth: 4)
        guard json != .null else { return }
        // DEL and C1 characters are JSON but not printable YAML.
        guard !json.canonicalText.unicodeScalars.contains(where: { $0.value == 0x7F }) else { return }
        #expect(try value(json.canonicalText) == json)
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `damaged text is read or refused, never worse`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var bytes = Array(
            "a: &x [1, {b: 'c'}]\nd: |\n  text\n  *x\ne: *x\n? f\n: !!str \"g\\n\"\n---\n- - x: y\n    z: 0644\n".utf8)
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
            let index = Int.random(in: bytes.indices, using: &generator)
            switch Int.random(in: 0..<3, using: &generator) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.remove(at: index)
            default:
                bytes.insert(Array("[]{}:,-&*!|>'\"%@\n \t#?".utf8).randomElement(using: &generator) ?? 0, at: index)
            }
        }
        let stream = YAMLStream(parsing: bytes, file: "f")
        for diagnostic in stream.diagnostics {
            #expect(diagnostic.position.line >= 1 && diagnostic.position.column >= 1)
            #expect(!diagnostic.message.contains("\n"))
        }
    }
}
