import Model
import Testing

/// Where a part of a scalar stands in the text that the scalar was read from.
@Suite struct ScalarPlaceTests {
    @Test(
        arguments: [
            // Each text has one member; the place of the first `X` in the value is asked for.
            ("a: one X two", "1:8"),
            ("a:   'it''s X'", "1:13"),
            ("a: \"q\\\"\\t\\u00e9 X\"", "1:17"),
            ("a: |\n  one\n  two X\n", "3:7"),
            ("a: |\n\n    one\n      in X\n", "4:10"),
            ("a: |2\n    X\n", "2:5"),
            ("a: |-\n  X", "2:3"),
            ("a: >\n  one\n  two\n\n  three X\n", "5:9"),
            ("a: one\n  two\n  X", "3:3"),
            ("a: 'one\n  two\n\n  X'", "4:3"),
            ("a: \"one \\\n   two\n   X\"", "3:4"),
            ("a: &name 'X'", "1:11"),
            ("a: !!str X", "1:10"),
            ("a: \u{e9}\u{20ac} X", "1:7"),
            ("\u{feff}a: X", "1:4"),
            ("b: 1\n\n# c\na:\n    X", "5:5"),
            ("{b: 1, a: 'X'}", "1:12"),
        ])
    func `the place of a part is found in every style`(text: String, expected: String) throws {
        let document = try #require(YAMLStream(parsing: text, file: "f").documents.first)
        let scalar = try #require(document["a"])
        let value = try #require(scalar.text)
        let offset = try #require(Array(value.utf8).firstIndex(of: UInt8(ascii: "X")))
        let place = ScalarPlace.place(
            ofByte: offset, of: value, scalarAt: scalar.line, scalar.column, in: Array(text.utf8))
        #expect(place.map { "\($0.line):\($0.column)" } == expected)
        for offset in -1...value.utf8.count + 1 {
            let any = ScalarPlace.place(
                ofByte: offset, of: value, scalarAt: scalar.line, scalar.column, in: Array(text.utf8))
            #expect(any != nil, "at \(offset)")
        }
    }

    @Test func `a place that does not hold the value has none`() {
        for (line, column) in [(1, 4), (0, 0), (1, 99), (9, 1)] {
            #expect(ScalarPlace.place(ofByte: 5, of: "another", scalarAt: line, column, in: Array("a: b".utf8)) == nil)
        }
    }
}
