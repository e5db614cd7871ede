import Model
import Testing

@Suite("LabelSelector")
struct LabelSelectorTests {
    private let labels = ["tier": "edge", "env": "prod", "example.org/team": "web", "empty": ""]

    @Test(arguments: [
        "", " ", "tier=edge", "tier==edge", "tier = edge , env != dev", "tier in (edge, core)", "tier notin (core)",
        "tier", "!legacy", "! legacy", "missing!=x", "missing notin (a,b)", "example.org/team=web", "empty=",
        "empty in ()",
        "env in (prod),tier,!x", "in!=y", "notin!=y",
    ])
    func `labels that fulfil every condition match`(text: String) throws {
        #expect(try LabelSelector(parsing: text).matches(labels))
    }

    @Test(arguments: [
        "tier=core", "tier!=edge", "tier in (core)", "tier notin (edge,core)", "legacy", "!tier", "missing=x",
        "missing in (x)", "tier=edge,env=dev", "missing=",
    ])
    func `labels that break one condition do not match`(text: String) throws {
        #expect(try !LabelSelector(parsing: text).matches(labels))
    }

    @Test func `an object without labels fulfils only negations`() throws {
        #expect(try LabelSelector(parsing: "!a,b!=c,d notin (e)").matches(nil))
        #expect(try !LabelSelector(parsing: "a").matches(nil))
        #expect(LabelSelector.everything.matches(nil))
    }

    @Test(arguments: [
        ("a=b c", "cannot read label selector 'a=b c' at character 5: ',' is expected"),
        (
            "=b",
            "cannot read label selector '=b' at character 1: '' is not a label key: use at most 63 "
                + "letters, digits, '-', '_' and '.', after an optional 'prefix/'"
        ),
        ("a in b", "cannot read label selector 'a in b' at character 6: '(' is expected"),
        ("a in (b", "cannot read label selector 'a in (b' at character 8: ')' is expected"),
        (
            "a,",
            "cannot read label selector 'a,' at character 3: '' is not a label key: use at most 63 "
                + "letters, digits, '-', '_' and '.', after an optional 'prefix/'"
        ),
        ("a=b=c", "cannot read label selector 'a=b=c' at character 4: ',' is expected"),
    ])
    func `an error says where`(text: String, expected: String) {
        let error = #expect(throws: ModelError.self) { _ = try LabelSelector(parsing: text) }
        #expect(error?.message == expected)
    }

    @Test func `a selector has a bound`() {
        #expect(throws: ModelError.self) {
            _ = try LabelSelector(parsing: Array(repeating: "a", count: 101).joined(separator: ","))
        }
    }
}

@Suite("FieldSelector")
struct FieldSelectorTests {
    private let object = APIObject(
        kind: KindName(rawValue: "Resource"), metadata: ObjectMeta(name: "file:etc-motd"),
        spec: ["id": "file:/etc/motd", "a": "x,y=z\\"], status: ["phase": "Drifted", "count": 3, "flag": true])

    @Test(arguments: [
        "", "metadata.name=file:etc-motd", "status.phase==Drifted", "status.phase!=InSync", "status.count=3",
        "status.flag=true", "status.missing=", "status.missing!=x", #"spec.a=x\,y\=z\\"#,
        "kind=Resource,status.phase=Drifted", "spec.id=file:/etc/motd",
    ])
    func `fields that fulfil every condition match`(text: String) throws {
        #expect(try FieldSelector(parsing: text).matches(object))
    }

    @Test(arguments: [
        "metadata.name=x", "status.phase!=Drifted", "status.phase=Drifted,status.count=4", "status.missing=x",
    ])
    func `fields that break one condition do not match`(text: String) throws {
        #expect(try !FieldSelector(parsing: text).matches(object))
    }

    @Test(arguments: [
        ("phase", "cannot read field selector 'phase': 'phase' has no '='; write FIELD=VALUE or FIELD!=VALUE"),
        (
            "phase=x",
            "cannot read field selector 'phase=x': there is no field 'phase'; begin it with metadata, spec or status"
        ),
        (
            "statsu.phase=x",
            "cannot read field selector 'statsu.phase=x': there is no field 'statsu.phase'; begin it "
                + "with metadata, spec or "
                + "status; did you mean 'status'?"
        ),
        ("status..x=1", "cannot read field selector 'status..x=1': 'status..x' is not a field"),
        ("=x", "cannot read field selector '=x': '' is not a field"),
        (#"spec.a=\x"#, #"cannot read field selector 'spec.a=\x': '\' must be followed by '\', ',' or '='"#),
    ])
    func `an error says what to write`(text: String, expected: String) {
        let error = #expect(throws: ModelError.self) { _ = try FieldSelector(parsing: text) }
        #expect(error?.message == expected)
    }
}
