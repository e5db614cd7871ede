import Model
import TestSupport
import Testing
import Yams

@testable import aetherctl

@Suite struct YAMLTextTests {
    /// Texts that some reader of YAML takes for something else when they stand plain.
    static let texts = [
        "", " ", "a", "null", "Null", "~", "true", "False", "yes", "NO", "on", "Off", "y", "N", "0644", "0o644", "0x1f",
        "12",
        "-12", "+1", "1.5", "1e5", "1E+5", ".5", "5.", ".inf", "-.INF", ".NaN", "1_000", "12:30:45", "2026-01-31",
        "2026-01-31T23:59:59Z", "123e45", "3f2a1b9", "sha256:abc", "file:/etc/motd", "a: b", "a:", ":a", "a #b", "a#b",
        "#a", "-",
        "- a", "-a", "--", "?", "? a", "!tag", "&anchor", "*alias", "@at", "`tick`", "%percent", "{a: b}", "[a]", "'",
        "\"", "it's",
        "say \"no\"", "back\\slash", "tab\there", "trailing ", " leading", "a\nb", "a\nb\n", "a\n\n", "\n", "\na",
        " a\nb",
        "a\n b\n", "a\n\nb", "a\r\nb", "bell\u{07}", "esc\u{1B}[31m", "\u{85}", "\u{2028}", "\u{202E}x", "a\u{FEFF}",
        "ünïcödé", "漢字",
        "🙂", "a\u{301}", "<<", "=", "---", "...", "a,b", "/etc/motd", "nginx.service", "1.2.3", "v1.2.3", "10.0.0.1",
        "::1",
        "a\tb\nc", "# comment\nkey: value\n", "x\u{0}y",
    ]

    @Test(arguments: texts) func `every text comes back as the same text from YAML 1.1 and from our own reader`(
        _ text: String
    ) throws {
        let value: JSONValue = ["top": .string(text), "list": [.string(text)], "in": ["deep": ["er": .string(text)]]]
        let yaml = YAMLText(value).text
        let root = try #require(try Yams.compose(yaml: yaml), "\(yaml)")
        for node in [root["top"], root["list"]?[0], root["in"]?["deep"]?["er"]] {
            let node = try #require(node)
            #expect(node.string.map { Array($0.utf8) } == Array(text.utf8), "\(yaml)")
            #expect(node.tag.description == "tag:yaml.org,2002:str", "\(yaml)")
        }
        let stream = YAMLStream(parsing: yaml, file: "out")
        #expect(stream.diagnostics.isEmpty, "\(yaml)\n\(stream.diagnostics)")
        #expect(stream.documents.first?.json == value, "\(yaml)")
    }

    @Test(arguments: texts.filter { !$0.isEmpty }) func `every key comes back as the same key`(_ text: String) throws {
        let value: JSONValue = .object([text: 1])
        let yaml = YAMLText(value).text
        #expect(YAMLStream(parsing: yaml, file: "out").documents.first?.json == value, "\(yaml)")
    }

    @Test func `structure is written as kubectl writes it`() {
        let value: JSONValue = [
            "b": [["x": 1, "y": ["z"]], [], [1, [2]], .object([:])], "a": .null, "n": .number(1.5),
            "big": .number(1e20),
            "t": true,
            "text": "one\ntwo\n", "list": ["line\nline"],
        ]
        #expect(
            YAMLText(value).text == """
                a: null
                b:
                - x: 1
                  "y":
                  - z
                - []
                - - 1
                  - - 2
                - {}
                big: 1.0e+20
                list:
                - |-
                  line
                  line
                "n": 1.5
                t: true
                text: |
                  one
                  two

                """)
    }

    @Test func `a random value comes back as it was`() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<300 {
            let value = Self.random(depth: 4, &generator)
            let yaml = YAMLText(value).text
            let stream = YAMLStream(parsing: yaml, file: "out")
            #expect(stream.documents.first?.json == value && stream.diagnostics.isEmpty, "\(yaml)")
        }
    }

    private static func random(depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
        let text = { (generator: inout SeededGenerator) in texts.randomElement(using: &generator) ?? "" }
        switch Int.random(in: depth > 0 ? 0...6 : 2...6, using: &generator) {
        case 0:
            var members: [String: JSONValue] = ["k": 1]
            for _ in 0..<3 { members["k" + text(&generator)] = random(depth: depth - 1, &generator) }
            return .object(members)
        case 1: return .array((0..<3).map { _ in random(depth: depth - 1, &generator) })
        case 2: return .integer(Int64.random(in: -1000...1000, using: &generator))
        case 3: return .bool(Bool.random(using: &generator))
        default: return .string("x" + text(&generator))
        }
    }
}
