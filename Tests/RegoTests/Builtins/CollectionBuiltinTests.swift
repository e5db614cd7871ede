import Testing

@testable import Rego

@Suite struct CollectionBuiltinTests {
    @Test(arguments: [
        BuiltinCall("count", "[1,2,3]", "3"), BuiltinCall("count", "\"añb\"", "3"),
        BuiltinCall("count", "null", "error: operand 1 must be one of {array, object, set, string} but got null"),
        BuiltinCall("sum", "[1,2.5]", "3.5"), BuiltinCall("sum", "[9223372036854775807,1]", "9223372036854775808"),
        BuiltinCall("sum", "[1,\"a\"]", "error: operand 1 must be array of numbers but got array containing string"),
        BuiltinCall("product", "[2,3,4]", "24"), BuiltinCall("max", "[]", "undefined"),
        BuiltinCall("max", "[1,\"a\",null]", "\"a\""), BuiltinCall("min", "[3,1,2]", "1"),
        BuiltinCall("sort", "[\"b\",1,null,\"a\"]", "[null,1,\"a\",\"b\"]"), BuiltinCall("all", "[]", "true"),
        BuiltinCall("any", "[false,true]", "true"),
    ])
    func `an aggregate answers as in OPA`(call: BuiltinCall) throws {
        #expect(try call.outcome() == call.result)
    }

    @Test(arguments: [
        BuiltinCall("array.concat", "[1],[2]", "[1,2]"), BuiltinCall("array.slice", "[1,2,3,4],1,3", "[2,3]"),
        BuiltinCall("array.slice", "[1,2],-5,9", "[1,2]"), BuiltinCall("array.slice", "[1,2],2,1", "[]"),
        BuiltinCall("array.reverse", "[1,2,3]", "[3,2,1]"),
        BuiltinCall("array.reverse", "{}", "error: operand 1 must be array but got object"),
        BuiltinCall("array.flatten", "[[1,[2]],3]", "[1,[2],3]"),
    ])
    func `an array is cut and joined`(call: BuiltinCall) throws {
        #expect(try call.outcome() == call.result)
    }

    @Test(arguments: [
        BuiltinCall("object.get", "{\"a\":{\"b\":[7]}},[\"a\",\"b\",0],null", "7"),
        BuiltinCall("object.get", "{\"a\":1},\"b\",\"none\"", "\"none\""),
        BuiltinCall("object.get", "{\"a\":1},[],0", "{\"a\":1}"),
        BuiltinCall("object.get", "\"x\",\"b\",0", "error: operand 1 must be object but got string"),
        BuiltinCall("object.keys", "{\"b\":1,\"a\":2}", "[\"a\",\"b\"]"),
        BuiltinCall("object.remove", "{\"a\":1,\"b\":2},[\"a\"]", "{\"b\":2}"),
        BuiltinCall("object.filter", "{\"a\":1,\"b\":2},{\"a\":0}", "{\"a\":1}"),
        BuiltinCall(
            "object.filter", "{},1", "error: operand 2 must be one of {object, set, array} but got number"),
        BuiltinCall("object.union", "{\"a\":{\"x\":1}},{\"a\":{\"y\":2}}", "{\"a\":{\"x\":1,\"y\":2}}"),
        BuiltinCall("object.union_n", "[{\"a\":{\"b\":2}},{\"a\":4},{\"a\":{\"c\":3}}]", "{\"a\":{\"c\":3}}"),
        BuiltinCall("object.subset", "{\"a\":{\"b\":1,\"c\":2}},{\"a\":{\"b\":1}}", "true"),
        BuiltinCall("object.subset", "[1,2,3],[2,3]", "true"), BuiltinCall("object.subset", "[1,2,3],[1,3]", "false"),
    ])
    func `an object is read and merged`(call: BuiltinCall) throws {
        #expect(try call.outcome() == call.result)
    }

    @Test func `an object keeps its order while it changes`() throws {
        var object = RegoObject()
        for number in [5, 3, 9, 1, 7, 2, 8, 4, 6, 0] { object.insert(RegoValue(number), "v") }
        let before = object
        #expect(object.keys.map { $0.int } == Array(0..<10))
        object.insert(10, "w")
        object.remove(0)
        #expect(object.keys.map { $0.int } == Array(1..<11))
        #expect(before.count == 10)
        #expect(before[RegoValue(0)] == "v")
        #expect(object[RegoValue(0)] == nil)
    }

    @Test func `a value ten thousand deep is read, hashed, compared, written and released`() throws {
        let text = String(repeating: "[", count: 9_999) + String(repeating: "]", count: 9_999)
        let value = try RegoValue(json: text)
        #expect(value.depth == 9_999)
        #expect(value.hash64 == (try RegoValue(json: text)).hash64)
        #expect(value.json == text)
        #expect(throws: RegoJSONError.self) { try RegoValue(json: "[" + String(repeating: "[", count: 10_000)) }
    }
}
