import Model
import Testing

@Suite("YAMLHostile")
struct YAMLHostileTests {
    private func errors(_ text: String, limits: YAMLLimits = .standard) -> [String] {
        YAMLStream(parsing: text, file: "f").diagnostics.map {
            "\($0.position.line):\($0.position.column): \($0.message)"
        }
    }

    private var laughs: String {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1..<30 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        return text
    }

    @Test func `a billion laughs stops at the bound`() {
        let clock = ContinuousClock()
        let elapsed = clock.measure {
            #expect(errors(laughs) == ["7:10: the file holds more than 1000000 values, counting what aliases repeat"])
        }
        #expect(elapsed < .seconds(5))
    }

    @Test func `laughs as keys stop at the bound too`() {
        #expect(errors(laughs + "? *a29\n: x").count == 1)
        #expect(errors("a: &a [x, x]\nb: &b [*a, *a]\n? [*b, *b]\n: 1\n").count == 1)
    }

    @Test func `depth that aliases add counts`() {
        var text = "a0: &a0 [x]\n"
        for level in 1..<70 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        #expect(errors(text) == ["63:12: the document is nested deeper than 64 levels"])
    }

    @Test(arguments: ["[", "{a: ", "- ", "? ", "{? "])
    func `deep nesting is refused without using the stack`(opening: String) {
        let found = errors(String(repeating: opening, count: 10_000))
        #expect(found.count == 1)
        #expect(found.first?.contains("nested") == true, "\(found)")
    }

    @Test func `a file beyond the size limit is refused unread`() {
        let stream = YAMLStream(parsing: Array(repeating: UInt8(ascii: "a"), count: 100 << 20), file: "f")
        #expect(
            stream.diagnostics.map(\.message) == [
                "the file has 104857600 bytes; the limit is 8388608; put large content in a file of "
                    + "its own and name it "
                    + "with 'source'"
            ])
    }

    @Test func `a string as large as the limit is read`() {
        let text = "a: \"" + String(repeating: "x", count: (8 << 20) - 5) + "\""
        #expect(YAMLStream(parsing: text, file: "f").documents.first?["a"]?.text?.utf8.count == (8 << 20) - 5)
    }

    @Test func `many small values stop at the bound`() {
        let text = "[" + String(repeating: "a,", count: 2_000_000) + "]"
        let found = errors(text)
        #expect(found == ["1:2000000: the file holds more than 1000000 values, counting what aliases repeat"])
    }

    @Test func `errors are collected up to the bound`() {
        let text = (0..<500).map { "k\($0): 0\($0)" }.joined(separator: "\n")
        #expect(errors(text).count == 100)
    }

    @Test(
        arguments: [
            ([0x61, 0x3A, 0x20, 0xFF], 1, 4, 3), ([0x61, 0x0A, 0xC3, 0xA9, 0xC0, 0xAF], 2, 2, 4),
            ([0xFF, 0xFE, 0x61, 0x00], 1, 1, 0),
        ] as [([UInt8], Int, Int, Int)])
    func `bytes that are not UTF-8 are refused with their place`(bytes: [UInt8], line: Int, column: Int, offset: Int) {
        let stream = YAMLStream(parsing: bytes, file: "f")
        #expect(
            stream.diagnostics == [
                CompileDiagnostic(
                    position: SourcePosition(file: "f", line: line, column: column),
                    message: "the file is not UTF-8: byte \(offset) begins no character")
            ])
        #expect(stream.documents.isEmpty)
    }
}
