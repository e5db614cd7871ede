import Model
import TestSupport
import Testing

@Suite("JSONText")
struct JSONTextTests {
    private func message(_ text: String, limits: JSONLimits = .standard) -> String? {
        do throws(ModelError) {
            _ = try JSONValue(parsing: text, limits: limits)
            return nil
        } catch {
            return error.message
        }
    }

    @Test func `a document of every type is read`() throws {
        let value = try JSONValue(
            parsing: #" {"a":[1,-2.5e1,true,false,null],"b":"x\n\u00e9\ud83d\ude00\/","c":{}} "#)
        #expect(
            value == [
                "a": [1, -25, true, false, .null], "b": "x\né😀/", "c": .object([:]),
            ])
    }

    @Test func `integers are exact to the bounds of Int64 and become doubles beyond`() throws {
        #expect(try JSONValue(parsing: "9223372036854775807") == .integer(.max))
        #expect(try JSONValue(parsing: "-9223372036854775808") == .integer(.min))
        #expect(try JSONValue(parsing: "9223372036854775808") == .number(9_223_372_036_854_775_808))
        #expect(try JSONValue(parsing: "-0") == .integer(0))
    }

    @Test func `equal numbers are equal values and have one text`() throws {
        for text in ["100", "1e2", "100.0", "1.0E+2", "10000e-2"] {
            #expect(try JSONValue(parsing: text) == .integer(100), "\(text)")
        }
        #expect(JSONValue.number(3).canonicalText == "3")
        #expect(JSONValue.number(-0.0).canonicalText == "0")
        #expect(JSONValue.number(.infinity).canonicalText == "null")
        #expect(JSONValue.number(0.1).canonicalText == "0.1")
    }

    @Test(arguments: [
        ("", "cannot read JSON at line 1 column 1: the text ends where a value is expected"),
        (
            "{\n  \"a\": 1,\n  \"a\": 2}",
            "cannot read JSON at line 3 column 3: the member 'a' stands twice in one object"
        ),
        ("[1,]", "cannot read JSON at line 1 column 4: a value is expected"),
        ("{\"a\":1,}", "cannot read JSON at line 1 column 8: a member name in double quotes is expected"),
        ("[1 2]", "cannot read JSON at line 1 column 4: ',' or ']' is expected"),
        ("01", "cannot read JSON at line 1 column 1: a number may not begin with 0"),
        ("1.", "cannot read JSON at line 1 column 3: a digit is expected after '.'"),
        ("1e", "cannot read JSON at line 1 column 3: a digit is expected in the exponent"),
        ("-", "cannot read JSON at line 1 column 2: a digit is expected"),
        ("1e999", "cannot read JSON at line 1 column 1: the number is out of range"),
        ("+1", "cannot read JSON at line 1 column 1: a value is expected"),
        ("NaN", "cannot read JSON at line 1 column 1: a value is expected"),
        ("tru", "cannot read JSON at line 1 column 1: a value is expected"),
        ("'a'", "cannot read JSON at line 1 column 1: a value is expected"),
        ("1 2", "cannot read JSON at line 1 column 3: unexpected text after the value"),
        ("\"a", "cannot read JSON at line 1 column 1: the string is not closed"),
        ("\"a\nb\"", "cannot read JSON at line 1 column 3: a control character in a string must be escaped"),
        (#""\x""#, "cannot read JSON at line 1 column 2: the escape is not one of JSON's"),
        (#""\u12""#, "cannot read JSON at line 1 column 2: four hexadecimal digits are expected after '\\u'"),
        (#""\ud800""#, "cannot read JSON at line 1 column 2: a surrogate stands alone"),
        (#""\udc00""#, "cannot read JSON at line 1 column 2: a surrogate stands alone"),
        (#""\ud800\u0041""#, "cannot read JSON at line 1 column 2: a surrogate stands alone"),
        (#"{"a" 1}"#, "cannot read JSON at line 1 column 6: ':' is expected after a member name"),
        ("// no", "cannot read JSON at line 1 column 1: a value is expected"),
    ])
    func `broken text is refused with its place`(text: String, expected: String) {
        #expect(message(text) == expected)
    }

    @Test func `bytes that are not UTF-8 are refused with their place`() {
        for (bytes, offset) in [
            ([0x22, 0x61, 0xFF, 0x22], 2), ([0x22, 0xC0, 0xAF, 0x22], 1), ([0x22, 0xED, 0xA0, 0x80, 0x22], 1),
            ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1), ([0x22, 0xE2, 0x82, 0x22], 1), ([0x22, 0x61, 0x80, 0x22], 2),
        ] as [([UInt8], Int)] {
            let error = #expect(throws: ModelError.self) { _ = try JSONValue(parsing: bytes) }
            #expect(
                error?.message
                    == "cannot read JSON at line 1 column \(offset + 1): the text is not UTF-8 (byte \(offset))")
        }
    }

    @Test func `nesting beyond the limit is refused without using the stack`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(
            message(deep) == "cannot read JSON at line 1 column 129: it is nested deeper than the limit of 128 levels")
        let allowed = String(repeating: "[", count: 128) + String(repeating: "]", count: 128)
        #expect(message(allowed) == nil)
        #expect(message(String(repeating: "{\"a\":", count: 10_000)) != nil)
    }

    @Test func `text beyond the size limit is refused unread`() {
        #expect(
            message("[1,2,3]", limits: JSONLimits(bytes: 6))
                == "cannot read JSON of 7 bytes: the limit is 6 bytes")
        #expect(message("[1,2,3]", limits: JSONLimits(bytes: 7)) == nil)
    }

    @Test func `the canonical text sorts members by bytes and has no spaces`() {
        let value: JSONValue = [
            "b": [1, 2], "a": ["é": .null, "z": "\u{01}\"\\/\t"], "B": true, "𐀀": 1, "\u{FFFD}": 2,
        ]
        #expect(
            value.canonicalText
                == "{\"B\":true,\"a\":{\"z\":\"\\u0001\\\"\\\\/\\t\",\"é\":null},\"b\":[1,2],\"\u{FFFD}\":2,\"𐀀\":1}")
    }

    @Test func `the pretty text is indented and keeps empty values short`() {
        let value: JSONValue = ["b": [], "a": [1, ["c": .object([:])]]]
        #expect(value.prettyText == "{\n  \"a\": [\n    1,\n    {\n      \"c\": {}\n    }\n  ],\n  \"b\": []\n}")
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `a value survives its texts`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let value = RandomJSON.value(&generator, depth: 5)
        #expect(try JSONValue(parsing: value.canonicalBytes) == value)
        #expect(try JSONValue(parsing: value.prettyText) == value)
        #expect(try JSONValue(parsing: value.prettyText).canonicalBytes == value.canonicalBytes)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `text with damaged bytes is read or refused, never worse`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var bytes = RandomJSON.value(&generator, depth: 4).canonicalBytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        guard let value = try? JSONValue(parsing: bytes) else { return }
        #expect(try JSONValue(parsing: value.canonicalBytes) == value)
    }
}

/// Random values for properties.
enum RandomJSON {
    static func value(_ generator: inout SeededGenerator, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer(.random(in: .min ... .max, using: &generator))
        case 3: return .integer(.random(in: -10...10, using: &generator))
        case 4: return JSONValue(exactly: Double.random(in: -1e6...1e6, using: &generator))
        case 5: return .string(text(&generator))
        case 6:
            return .array(
                (0..<Int.random(in: 0..<5, using: &generator)).map { _ in value(&generator, depth: depth - 1) })
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0..<5, using: &generator) {
                members[text(&generator)] = value(&generator, depth: depth - 1)
            }
            return .object(members)
        }
    }

    static func text(_ generator: inout SeededGenerator) -> String {
        let alphabet = Array("abcXYZ019 /\\\"'\n\t\u{00}\u{1F}\u{7F}é€😀~-_.:{}[],#%".unicodeScalars)
        var text = ""
        for _ in 0..<Int.random(in: 0..<12, using: &generator) {
            text.unicodeScalars.append(alphabet[Int.random(in: alphabet.indices, using: &generator)])
        }
        return text
    }
}
