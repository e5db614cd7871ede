import Model
import Testing

@Suite("JSONCodable")
struct JSONCodableTests {
    private struct Inner: Codable, Hashable {
        var name: String
        var ports: [UInt16]
    }

    private enum Color: String, Codable, CaseIterable {
        case red
        case green
    }

    private enum Shape: Codable, Hashable {
        case circle(radius: Double)
        case square(side: Int)
        case nothing
    }

    private struct Outer: Codable, Hashable {
        var text = "t"
        var flag = true
        var small: Int8 = -8
        var big: UInt64 = .max
        var ratio: Double = 0.5
        var float: Float = 1.5
        var optional: Int?
        var inner = Inner(name: "n", ports: [1, 2])
        var map = ["a": Inner(name: "m", ports: [])]
        var nested = [[1], [], [2, 3]]
        var color = Color.green
        var shapes = [Shape.circle(radius: 2), .square(side: 3), .nothing]
        var any: JSONValue = ["x": [1, .null]]
        var empty: [String] = []
    }

    @Test func `a value of every shape survives`() throws {
        let value = try JSONValue(encoding: Outer())
        #expect(value["big"] == "18446744073709551615")
        #expect(value["optional"] == nil)
        #expect(value["shapes"] == [["circle": ["radius": 2]], ["square": ["side": 3]], ["nothing": .object([:])]])
        #expect(try value.decode(Outer.self, field: "spec") == Outer())
        #expect(try JSONValue(parsing: value.canonicalBytes).decode(Outer.self, field: "") == Outer())
    }

    /// Fills its containers in turns, as hand-written conformances may.
    private struct Interleaved: Codable, Hashable {
        var left = [1, 2]
        var right = ["a": "x"]
        var rest = [[true], []]

        private enum CodingKeys: CodingKey {
            case left
            case right
            case rest
        }

        init() {}

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            var left = try container.nestedUnkeyedContainer(forKey: .left)
            self.left = []
            while !left.isAtEnd { self.left.append(try left.decode(Int.self)) }
            right = try [String: String](from: container.superDecoder(forKey: .right))
            var rest = try container.nestedUnkeyedContainer(forKey: .rest)
            self.rest = []
            while !rest.isAtEnd { self.rest.append(try [Bool](from: rest.superDecoder())) }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            var left = container.nestedUnkeyedContainer(forKey: .left)
            var rest = container.nestedUnkeyedContainer(forKey: .rest)
            try left.encode(self.left[0])
            var first = rest.nestedUnkeyedContainer()
            let second = rest.superEncoder()
            try right.encode(to: container.superEncoder(forKey: .right))
            try left.encode(self.left[1])
            try first.encode(contentsOf: self.rest[0])
            try self.rest[1].encode(to: second)
        }
    }

    @Test func `containers may be filled in turns`() throws {
        let value = try JSONValue(encoding: Interleaved())
        #expect(value == ["left": [1, 2], "right": ["a": "x"], "rest": [[true], []]])
        #expect(try value.decode(Interleaved.self, field: "x") == Interleaved())
        let error = #expect(throws: ModelError.self) {
            _ = try (["left": [], "right": [:], "rest": [[1]]] as JSONValue).decode(Interleaved.self, field: "x")
        }
        #expect(error?.message == "cannot read field 'x.rest[0][0]': true or false is expected, not an integer")
    }

    @Test func `values that are no objects survive`() throws {
        #expect(try JSONValue(encoding: [1, 2]) == [1, 2])
        #expect(try JSONValue(encoding: "x") == "x")
        #expect(try JSONValue(encoding: Int?.none) == .null)
        #expect(try JSONValue.null.decode(Int?.self, field: "x") == nil)
        #expect(try JSONValue(encoding: [1: "a"]) == ["1": "a"])
    }

    @Test(
        arguments: [
            (["name": 1, "ports": []], "cannot read field 'spec.name': a string is expected, not an integer"),
            (["ports": []], "cannot read field 'spec.name': the field is missing"),
            (["name": .null, "ports": []], "cannot read field 'spec.name': a string is expected, not null"),
            (
                ["name": "x", "ports": [1, 70000]],
                "cannot read field 'spec.ports[1]': 70000 is not between 0 and 65535"
            ),
            (["name": "x", "ports": ["1"]], "cannot read field 'spec.ports[0]': an integer is expected, not a string"),
            (["name": "x", "ports": 1], "cannot read field 'spec.ports': a list is expected, not an integer"),
            ([], "cannot read field 'spec': an object is expected, not a list"),
        ] as [(JSONValue, String)])
    func `an error names the field and what it holds`(value: JSONValue, expected: String) {
        let error = #expect(throws: ModelError.self) { _ = try value.decode(Inner.self, field: "spec") }
        #expect(error?.message == expected)
        #expect(error?.code == .invalidObject)
    }

    @Test func `an unknown word names those that are allowed`() {
        let error = #expect(throws: ModelError.self) {
            _ = try (["color": "blue"] as JSONValue).decode([String: Color].self, field: "status")
        }
        #expect(error?.message == "cannot read field 'status.color': 'blue' is not one of 'red', 'green'")
    }

    @Test func `a number that JSON has no word for is refused`() {
        let error = #expect(throws: ModelError.self) { _ = try JSONValue(encoding: ["a": [Double.nan]]) }
        #expect(error?.message == "cannot encode field 'a[0]': JSON has no word for nan")
    }

    @Test func `a fraction is no integer`() {
        #expect(throws: ModelError.self) { _ = try (1.5 as JSONLiteral).value.decode(Int.self, field: "x") }
        #expect(throws: ModelError.self) { _ = try (-1 as JSONValue).decode(UInt64.self, field: "x") }
    }

    private struct JSONLiteral: ExpressibleByFloatLiteral {
        let value: JSONValue
        init(floatLiteral value: Double) { self.value = .number(value) }
    }
}
