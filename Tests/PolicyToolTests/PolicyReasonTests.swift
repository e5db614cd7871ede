import PolicyTool
import Rego
import TestSupport
import Testing

@Suite struct PolicyReasonTests {
    private static let policy = """
        package access

        default allow := false

        allow if {
            some role in data.roles[input.user.name]
            role == "admin"
        }

        deny contains msg if {
            some port in input.ports
            port.number < 1024
            not data.open[input.zone]
            msg := sprintf("port %d is not open in %s", [port.number, input.zone])
        }

        either if input.a
        either if input.b

        odd if count(input.list) % 2 == 1
        """
    private static let data = #"{"roles": {"ann": ["dev", "admin"], "bob": ["dev"]}, "open": {"dmz": true}}"#

    @Test func `a denial needs the facts that its rule looked at, and no others`() throws {
        let reasons = try run(
            "data.access.deny",
            ["zone": "lan", "ports": [["number": 8080, "name": "web"], ["number": 22, "name": "ssh"]], "user": "x"])
        #expect(
            described(reasons) == ["input.ports[1].number = 22", #"input.zone = "lan""#], "\(reasons)")
        #expect(reasons.minimality == .subset && reasons.failures.isEmpty)
        #expect(reasons.text.hasPrefix(#"data.access.deny is ["port 22 is not open in lan"] because of"#))
    }

    @Test func `a permission needs facts of input and documents`() throws {
        let reasons = try run("data.access.allow", ["user": ["name": "ann", "id": 7], "zone": "lan"])
        #expect(
            described(reasons) == [#"input.user.name = "ann""#, #"data.roles.ann[1] = "admin""#], "\(reasons)")
        let json = try RegoValue(json: reasons.json)
        #expect(json["decision"] == true && json["minimal"] == "subset")
        #expect(json["facts"]?[1]?["path"] == ["data", "roles", "ann", 1], "\(json)")
    }

    @Test func `a default needs no fact, and what did not hold is told`() throws {
        let reasons = try run("data.access.allow", ["user": ["name": "bob"]])
        #expect(reasons.facts.isEmpty && reasons.minimality == .subset)
        #expect(reasons.failures.map(\.text) == [#"role == "admin""#], "\(reasons)")
        #expect(reasons.failures.first?.location.row == 7)
        #expect(reasons.text.contains("What did not hold:") && reasons.text.contains(#"role == "admin""#))
    }

    @Test func `one of two sufficient reasons is enough`() throws {
        #expect(described(try run("data.access.either", ["a": 1, "b": 2])).count == 1)
    }

    @Test func `the smallest subset is found where dropping one by one stays at a larger one`() throws {
        // Without one of three the count is even; the smallest odd list has one element.
        let reasons = try run("data.access.odd", ["list": [1, 2, 3]])
        #expect(reasons.facts.count == 1 && reasons.minimality == .subset, "\(reasons)")
    }

    @Test func `many facts are searched in groups`() throws {
        var list: [RegoValue] = []
        for index in 0..<2_000 { list.append(["number": RegoValue(index + 2_000)]) }
        list[1_234] = ["number": 80]
        let reasons = try run("data.access.deny", ["zone": "lan", "ports": .array(RegoArray(list))])
        #expect(described(reasons) == ["input.ports[1234].number = 80", #"input.zone = "lan""#], "\(reasons)")
        #expect(reasons.evaluationCount < 200, "\(reasons.evaluationCount)")
    }

    @Test func `a search that is cut short says so`() throws {
        try withFiles(["p.rego": Self.policy, "data.json": Self.data]) { (root) throws in
            var search = PolicyReasonSearch(PolicyQuery("data.access.allow"))
            search.evaluationMaximum = 1
            let reasons = try search.run(data: [root], input: ["user": ["name": "ann"]])
            #expect(reasons.minimality == .unknown && !reasons.facts.isEmpty)
            #expect(reasons.text.contains("The search was ended"))
        }
    }

    @Test func `an undefined query is explained, and a broken one is an error`() throws {
        let reasons = try run("data.access.either", ["c": 1])
        #expect(reasons.rows.isEmpty && reasons.text.hasPrefix("data.access.either is undefined"))
        #expect(throws: PolicyProblems.self) { try run("x", nil) }
    }

    private func described(_ reasons: PolicyReasons) -> [String] {
        reasons.facts.map { "\($0.reference) = \($0.value.json)" }
    }

    private func run(_ query: String, _ input: RegoValue?) throws -> PolicyReasons {
        try withFiles(["p.rego": Self.policy, "data.json": Self.data]) { (root) throws in
            try PolicyReasonSearch(PolicyQuery(query)).run(data: [root], input: input)
        }
    }
}
