import Testing

@testable import Rego

@Suite struct GraphQLTests {
    private static let schema = """
        type Query { dog(name: String, size: Int, kind: Kind): Dog pet: Pet any: Any find(by: Filter): Dog }
        interface Pet { name: String }
        type Dog implements Pet { name: String barks: Boolean age: Int }
        type Cat implements Pet { name: String lives: Int }
        union Any = Dog | Cat
        enum Kind { SMALL LARGE }
        input Filter { name: String! age: Int }
        directive @loud(level: Int!) on FIELD
        """

    @Test(arguments: [
        ("{ dog { barkz } }", "Cannot query field \"barkz\" on type \"Dog\". Did you mean \"barks\"? in", "1:9"),
        (
            "{ pet { barks } }",
            "Cannot query field \"barks\" on type \"Pet\". Did you mean to use an inline fragment on \"Dog\"? in", "1:9"
        ),
        (
            "{ any { name } }",
            "Did you mean to use an inline fragment on \"Pet\", \"Dog\", or \"Cat\"? in", "1:9"
        ),
        (
            "{ dog(nam: \"a\") { name } }",
            "Unknown argument \"nam\" on field \"Query.dog\". Did you mean \"name\"? in", "1:3"
        ),
        (
            "{ dog { name @loud(levl: 1, level: 2) } }",
            "Unknown argument \"levl\" on directive \"@loud\". Did you mean \"level\"? in", "1:15"
        ),
        ("{ dog(kind: SMAL) { name } }", "in \"Kind\" enum. Did you mean the enum value \"SMALL\"? in", "1:13"),
        ("{ dog(kind: \"SMALL\") { name } }", "Did you mean the enum value \"SMALL\"? in", "1:14"),
        ("{ find(by: {name: \"a\", ag: 1}) { name } }", "by type \"Filter\". Did you mean \"age\"? in", "1:24"),
        ("{ dog }", "must have a selection of subfields. Did you mean \"dog { ... }\"? in", "1:3"),
        ("{ dog { ...f } } fragment f on Dgo { name }", "Unknown type \"Dgo\". Did you mean \"Dog\"", "1:18"),
        ("mutation { a }", "Schema does not support operation type \"mutation\" in", "1:1"),
        (
            "{ dog(size: 99999999999999999999) { name } }", "Int cannot represent non 32-bit signed integer value",
            "1:13"
        ),
        (
            "{ dog { name barks: name } pet { name } dog { barks } }",
            "Fields \"dog\" conflict because subfields \"barks\" conflict because \"name\" and \"barks\" are different "
                + "fields.", "1:41"
        ),
        ("{ dog { ...f } } fragment f on Dog { ...f }", "Cannot spread fragment \"f\" within itself in", "1:41"),
        // Names that resemble no field, so that no hint stands between the two messages.
        ("{ dog { xxxx yyyy } }", "on type \"Dog\".\ninput:1:14: Cannot query field \"yyyy\" on", "1:9"),
    ])
    func `what is wrong with a query is told as gqlparser tells it`(
        query: String, wanted: String, place: String
    ) throws {
        let call = BuiltinCall("graphql.parse", "", "")
        let declaration = try #require(Builtins.all[call.name])
        let error = #expect(throws: BuiltinError.self) {
            _ = try declaration.evaluate(testContext(), [RegoValue(query), RegoValue(Self.schema)])
        }
        let message = error?.message ?? ""
        #expect(message.contains(wanted), "\(message)")
        #expect(message.hasSuffix("in GraphQL string at location \(place)"), "\(message)")
    }

    @Test(arguments: [
        ("{ dog { name } }", true), ("{ dog(size: 3000000000) { name } }", true),
        ("{ any { ... on Dog { x: age } ... on Cat { x: lives } } }", true),
        ("{ any { ... on Dog { x: age } ... on Cat { x: name } } }", false),
        ("{ dog(name: $x) { name } }", false), ("query a { dog { name } } query a { dog { age } }", false),
        ("{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }", false),
        ("subscription { a }", false), ("{ __typename dog { __typename } }", true),
        ("{ dog { name name @loud(level: 1) } }", true), ("{ dog { name @loud } }", false),
    ])
    func `a query is valid where gqlparser has it valid`(query: String, isValid: Bool) throws {
        let declaration = try #require(Builtins.all["graphql.is_valid"])
        let found = try declaration.evaluate(testContext(), [RegoValue(query), RegoValue(Self.schema)])
        #expect(found == .bool(isValid))
    }

    @Test(arguments: [
        (["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b, or c"),
        (["a", "b", "c", "d", "e", "f"], "a, b, c, d, or e"),
    ])
    func `names are listed with an or before the last`(names: [String], wanted: String) {
        #expect(GraphQLSuggestions.list(names) == wanted)
    }

    @Test func `near names come first, and far ones not at all`() {
        #expect(GraphQLSuggestions.near("NAME", in: ["nme", "other", "name", "names"]) == ["nme", "name", "names"])
        #expect(GraphQLSuggestions.near("x", in: ["abc"]).isEmpty)
    }
}
