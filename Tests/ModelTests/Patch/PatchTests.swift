import Model
import TestSupport
import Testing

@Suite("MergePatch")
struct MergePatchTests {
    @Test(
        arguments: [
            (["a": "b"], ["a": "c"], ["a": "c"]),
            (["a": "b"], ["b": "c"], ["a": "b", "b": "c"]),
            (["a": "b"], ["a": .null], [:]),
            (["a": "b", "b": "c"], ["a": .null], ["b": "c"]),
            (["a": ["b"]], ["a": "c"], ["a": "c"]),
            (["a": "c"], ["a": ["b"]], ["a": ["b"]]),
            (["a": ["b": "c"]], ["a": ["b": "d", "c": .null]], ["a": ["b": "d"]]),
            (["a": [["b": "c"]]], ["a": [1]], ["a": [1]]),
            (["a", "b"], ["c", "d"], ["c", "d"]),
            (["a": "b"], ["c"], ["c"]),
            (["a": "foo"], .null, .null),
            (["a": "foo"], "bar", "bar"),
            (["e": .null], ["a": 1], ["e": .null, "a": 1]),
            ([1, 2], ["a": "b", "c": .null], ["a": "b"]),
            ([:], ["a": ["bb": ["ccc": .null]]], ["a": ["bb": [:]]]),
        ] as [(JSONValue, JSONValue, JSONValue)])
    func `the examples of RFC 7386 hold`(value: JSONValue, patch: JSONValue, expected: JSONValue) {
        #expect(value.merging(patch) == expected)
    }
}

@Suite("JSONPatch")
struct JSONPatchTests {
    @Test(
        arguments: [
            (["foo": "bar"], [["op": "add", "path": "/baz", "value": "qux"]], ["baz": "qux", "foo": "bar"]),
            (
                ["foo": ["bar", "baz"]], [["op": "add", "path": "/foo/1", "value": "qux"]],
                ["foo": ["bar", "qux", "baz"]]
            ),
            (["baz": "qux", "foo": "bar"], [["op": "remove", "path": "/baz"]], ["foo": "bar"]),
            (["foo": ["bar", "qux", "baz"]], [["op": "remove", "path": "/foo/1"]], ["foo": ["bar", "baz"]]),
            (["baz": "qux"], [["op": "replace", "path": "/baz", "value": "boo"]], ["baz": "boo"]),
            (["a": [1, 2, 3]], [["op": "replace", "path": "/a/2", "value": 9]], ["a": [1, 2, 9]]),
            (
                ["foo": ["bar": "baz", "waldo": "fred"], "qux": ["corge": "grault"]],
                [["op": "move", "from": "/foo/waldo", "path": "/qux/thud"]],
                ["foo": ["bar": "baz"], "qux": ["corge": "grault", "thud": "fred"]]
            ),
            (
                ["foo": ["all", "grass", "cows", "eat"]], [["op": "move", "from": "/foo/1", "path": "/foo/3"]],
                ["foo": ["all", "cows", "eat", "grass"]]
            ),
            (
                ["baz": "qux", "foo": ["a", 2, "c"]],
                [["op": "test", "path": "/baz", "value": "qux"], ["op": "test", "path": "/foo/1", "value": 2]],
                ["baz": "qux", "foo": ["a", 2, "c"]]
            ),
            (
                ["foo": "bar"], [["op": "add", "path": "/child", "value": ["g": [:]]]],
                ["foo": "bar", "child": ["g": [:]]]
            ),
            (["foo": "bar"], [["op": "add", "path": "/b", "value": 1, "xyz": 123]], ["foo": "bar", "b": 1]),
            (["/": 9, "~1": 10], [["op": "test", "path": "/~01", "value": 10]], ["/": 9, "~1": 10]),
            (["foo": ["bar"]], [["op": "add", "path": "/foo/-", "value": ["a"]]], ["foo": ["bar", ["a"]]]),
            (["a": 1], [["op": "copy", "from": "/a", "path": "/b"]], ["a": 1, "b": 1]),
            (["a": 1], [["op": "replace", "path": "", "value": [2]]], [2]),
            (["": 1, "a b": 2], [["op": "remove", "path": "/"], ["op": "remove", "path": "/a b"]], [:]),
            (["a": .null], [["op": "test", "path": "/a", "value": .null]], ["a": .null]),
            (["a": 1], [["op": "move", "from": "/a", "path": "/a"]], ["a": 1]),
        ] as [(JSONValue, JSONValue, JSONValue)])
    func `changes are made in order`(value: JSONValue, patch: JSONValue, expected: JSONValue) throws {
        #expect(try JSONPatch(json: patch).applied(to: value) == expected)
    }

    @Test(
        arguments: [
            (["a": 1], "a JSON patch is a list, not an object"),
            (
                [["op": "ad", "path": ""]],
                "change 1 of the JSON patch: there is no operation 'ad'; did you mean 'add'?"
            ),
            (
                [["op": "add", "path": "/a"]],
                "change 1 of the JSON patch: cannot read field 'value': the field is missing"
            ),
            ([["op": "remove"]], "change 1 of the JSON patch: cannot read field 'path': the field is missing"),
            (
                [["op": "move", "path": "/a"]],
                "change 1 of the JSON patch: cannot read field 'from': the field is missing"
            ),
            (
                [["op": "remove", "path": "a"]],
                "change 1 of the JSON patch: 'a' is not a JSON pointer: begin it with '/'"
            ),
            (
                [["op": "remove", "path": "/a~2"]],
                "change 1 of the JSON patch: '/a~2' is not a JSON pointer: '~' must be followed by 0 or 1"
            ),
            ([["op": "remove", "path": "/x"]], "change 1 of the JSON patch: there is nothing at '/x'"),
            ([["op": "replace", "path": "/x", "value": 1]], "change 1 of the JSON patch: there is nothing at '/x'"),
            ([["op": "add", "path": "/x/y", "value": 1]], "change 1 of the JSON patch: there is nothing at '/x/y'"),
            (
                [["op": "add", "path": "/list/3", "value": 1]],
                "change 1 of the JSON patch: there is nothing at '/list/3'"
            ),
            (
                [["op": "add", "path": "/list/01", "value": 1]],
                "change 1 of the JSON patch: there is nothing at '/list/01'"
            ),
            (
                [["op": "add", "path": "/list/+1", "value": 1]],
                "change 1 of the JSON patch: there is nothing at '/list/+1'"
            ),
            ([["op": "remove", "path": "/list/-"]], "change 1 of the JSON patch: there is nothing at '/list/-'"),
            ([["op": "remove", "path": ""]], "change 1 of the JSON patch: cannot remove the whole value"),
            (
                [["op": "move", "from": "/map", "path": "/map/k"]],
                "change 1 of the JSON patch: cannot move '/map' into itself"
            ),
            (
                [["op": "remove", "path": "/map"], ["op": "test", "path": "/list/0", "value": 2]],
                "change 2 of the JSON patch: the value at '/list/0' is not the one that the test expects"
            ),
        ] as [(JSONValue, String)])
    func `a change that cannot be made is named`(patch: JSONValue, expected: String) {
        let value: JSONValue = ["list": [1, 2], "map": ["k": "v"]]
        let error = #expect(throws: ModelError.self) { _ = try JSONPatch(json: patch).applied(to: value) }
        #expect(error?.message == expected)
    }

    @Test func `a patch has a bound`() {
        let patch = JSONValue.array(Array(repeating: ["op": "remove", "path": "/a"], count: 10_001))
        #expect(throws: ModelError.self) { _ = try JSONPatch(json: patch) }
    }

    @Test func `a combining mark after a slash begins a token`() throws {
        #expect(try JSONPointer(parsing: "/a/\u{301}b").tokens == ["a", "\u{301}b"])
        #expect(try JSONPointer(parsing: "/\u{301}").tokens == ["\u{301}"])
    }

    @Test func `a pointer survives its text`() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<200 {
            let value: JSONValue = .object([RandomJSON.text(&generator): ["x": 1]])
            let key = try #require(value.objectValue?.keys.first)
            let escaped = key.unicodeScalars.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined()
            let pointer = try JSONPointer(parsing: "/\(escaped)/x")
            #expect(pointer.tokens == [key, "x"])
            #expect(try JSONPointer(parsing: pointer.description) == pointer)
            #expect(try value.value(at: pointer) == 1)
        }
    }
}
