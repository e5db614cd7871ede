import Model
import Testing

@Suite struct FieldSetTests {
    private let path: [FieldElement] = [.member("spec"), .member("resources"), .keys(["file": "/etc/motd"])]

    @Test func `a set reads back from the form that it is written in`() throws {
        var set = FieldSet()
        set.insert(path)
        set.insert(path + [.member("owner")])
        set.insert([.member("metadata"), .member("finalizers"), .value("a/b")])
        set.insert([.member("x"), .index(3)])
        #expect(
            set.json.canonicalText
                == #"{"f:metadata":{"f:finalizers":{"v:\"a/b\"":{}}},"#
                + #""f:spec":{"f:resources":{"k:{\"file\":\"/etc/motd\"}":{".":{},"f:owner":{}}}},"#
                + #""f:x":{"i:3":{}}}"#)
        #expect(FieldSet(json: set.json) == set)
        #expect(set.contains(path))
        #expect(!set.contains(Array(path.dropLast())))
        #expect(set.paths.count == 4)
    }

    @Test(arguments: [
        #"{"x":{}}"#, #"{"k:[]":{}}"#, #"{"i:-1":{}}"#, #"{"i:x":{}}"#, #"{"v:":{}}"#, #"{"f:a":[]}"#, #"[]"#,
    ])
    func `what is not FieldsV1 is not read`(text: String) throws {
        #expect(FieldSet(json: try JSONValue(parsing: text)) == nil)
    }

    @Test func `union, intersection and difference work place by place`() {
        var left = FieldSet()
        left.insert([.member("a")])
        left.insert([.member("a"), .member("b")])
        var right = FieldSet()
        right.insert([.member("a"), .member("b")])
        right.insert([.member("c")])
        #expect(left.union(right).paths == [[.member("a")], [.member("a"), .member("b")], [.member("c")]])
        #expect(left.intersection(right).paths == [[.member("a"), .member("b")]])
        #expect(left.subtracting(right).paths == [[.member("a")]])
        #expect(left.subtracting(left).isEmpty)
        #expect(right.subtracting(left).union(left.intersection(right)) == right)
    }

    @Test func `places are shown as clients know them`() {
        #expect(path.map(\.shown).joined() == #".spec.resources[file="/etc/motd"]"#)
        #expect(FieldElement.value("a").shown == #"[="a"]"#)
        #expect(FieldElement.index(2).shown == "[2]")
    }
}
