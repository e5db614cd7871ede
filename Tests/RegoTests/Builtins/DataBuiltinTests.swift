import Testing

@testable import Rego

@Suite struct DataBuiltinTests {
    @Test(arguments: [
        BuiltinCall("base64.encode", "\"hello\"", "\"aGVsbG8=\""),
        BuiltinCall("base64.decode", "\"aGVsbG8=\"", "\"hello\""),
        BuiltinCall("base64.decode", "\"a\"", "error: illegal base64 data at input byte 1"),
        BuiltinCall("base64url.encode_no_pad", "\"~~\"", "\"fn4\""),
        BuiltinCall("hex.encode", "\"hi\"", "\"6869\""),
        BuiltinCall("hex.decode", "\"6g\"", "error: encoding/hex: invalid byte: U+0067 'g'"),
        BuiltinCall("urlquery.encode", "\"a b&c\"", "\"a+b%26c\""),
        BuiltinCall("urlquery.decode_object", "\"a=1&a=2&b=\"", "{\"a\":[\"1\",\"2\"],\"b\":[\"\"]}"),
        BuiltinCall("urlquery.encode_object", "{\"b\":\"x y\",\"a\":[\"1\",\"2\"]}", "\"a=1\\u0026a=2\\u0026b=x+y\""),
        BuiltinCall(
            "json.marshal", "{\"b\":[1,\"<\"],\"a\":null}", "\"{\\\"a\\\":null,\\\"b\\\":[1,\\\"\\\\u003c\\\"]}\""),
        BuiltinCall("json.unmarshal", "\"[1.50,1e3]\"", "[1.50,1e3]"), BuiltinCall("json.is_valid", "\"{\"", "false"),
        BuiltinCall("json.filter", "{\"a\":{\"b\":1,\"c\":2}},[\"a/b\"]", "{\"a\":{\"b\":1}}"),
        BuiltinCall("json.remove", "{\"a\":[1,2,3]},[\"a/1\"]", "{\"a\":[1,3]}"),
        BuiltinCall("json.patch", "{\"a\":[1]},[{\"op\":\"add\",\"path\":\"a/-\",\"value\":2}]", "{\"a\":[1,2]}"),
        BuiltinCall("json.patch", "{\"a\":1},[{\"op\":\"remove\",\"path\":\"b\"}]", "undefined"),
        BuiltinCall(
            "yaml.unmarshal", "\"a: [1, yes, 0x10]\\nb: &x {c: d}\\ne: *x\"",
            "{\"a\":[1,true,16],\"b\":{\"c\":\"d\"},\"e\":{\"c\":\"d\"}}"),
        BuiltinCall(
            "yaml.marshal", "{\"a\":[1,\"yes\",null],\"b\":{}}", "\"a:\\n- 1\\n- \\\"yes\\\"\\n- null\\nb: {}\\n\""),
        BuiltinCall("yaml.is_valid", "\"[\"", "false"),
        BuiltinCall("yaml.unmarshal", "\"--- 1\\n--- [\"", "1"),
        BuiltinCall("yaml.unmarshal", "\"a: .inf\"", "error: json: unsupported value: .inf"),
        BuiltinCall("yaml.marshal", "\".nan\"", "\"\\\".nan\\\"\\n\""),
        BuiltinCall("json.unmarshal", "\" \"", "error: EOF"),
        BuiltinCall("json.unmarshal", "\"[1\"", "error: unexpected EOF"),
        BuiltinCall(
            "json.unmarshal", "\"{}x\"", "error: invalid character 'x' looking for beginning of value"),
        BuiltinCall("json.unmarshal", "\"{} [\"", "error: error: invalid character '[' after top-level value"),
        BuiltinCall("io.jwt.verify_hs256", "\"x.y.AAAA\",\"k\"", "false"),
        BuiltinCall(
            "io.jwt.verify_rs256", "\"x.y.AAAA\",\"k\"",
            "error: failed to parse a JWK key (set): failed to unmarshal JWK set: invalid JSON"),
        BuiltinCall(
            "json.match_schema", "{\"a\":\"x\"},{\"properties\":{\"a\":{\"type\":\"integer\"}}}",
            "[false,[{\"desc\":\"Invalid type. Expected: integer, given: string\","
                + "\"error\":\"a: Invalid type. Expected: integer, given: string\","
                + "\"field\":\"a\",\"type\":\"invalid_type\"}]]"
        ),
        BuiltinCall(
            "json.verify_schema", "{\"type\":\"x\"}",
            "[false,\"jsonschema: has a primitive type that is NOT VALID -- "
                + "given: /x/ Expected valid values are:[array boolean integer number null object string]\"]"
        ),
        BuiltinCall("units.parse", "\"10.5Ki\"", "10752"), BuiltinCall("units.parse", "\"100m\"", "0.1000000000"),
        BuiltinCall("units.parse_bytes", "\"1.5KiB\"", "1536"),
        BuiltinCall("semver.compare", "\"1.0.0-alpha.2\",\"1.0.0-alpha.10\"", "-1"),
        BuiltinCall("semver.is_valid", "\"1.0\"", "false"),
        BuiltinCall("bits.lsh", "1,70", "1180591620717411303424"), BuiltinCall("bits.negate", "5", "-6"),
        BuiltinCall("bits.rsh", "-5,1", "-3"), BuiltinCall("bits.rsh", "-1,70", "-1"),
        BuiltinCall("bits.rsh", "5,1", "2"),
        BuiltinCall("numbers.range", "2,-1", "[2,1,0,-1]"), BuiltinCall("numbers.range_step", "0,10,4", "[0,4,8]"),
        BuiltinCall("to_number", "\"0x1p4\"", "16"),
        BuiltinCall("to_number", "\"a\"", "error: strconv.ParseFloat: parsing \"a\": invalid syntax"),
        BuiltinCall("graph.reachable", "{\"a\":[\"b\"],\"b\":[\"a\"],\"c\":[]},[\"a\"]", "[\"a\",\"b\"]"),
    ])
    func `data is converted as in OPA`(call: BuiltinCall) throws {
        #expect(try call.outcome() == call.result)
    }

    @Test(arguments: [
        BuiltinCall(
            "purl.parse", "\"pkg:deb/Debian/Curl@7.50.3-1?distro=jessie&arch=i386\"",
            "{\"name\":\"curl\",\"namespace\":\"debian\",\"qualifiers\":{\"arch\":\"i386\",\"distro\":\"jessie\"},"
                + "\"type\":\"deb\",\"version\":\"7.50.3-1\"}"),
        BuiltinCall(
            "purl.parse", "\"pkg:npm/%40angular/animation@12.3.1#/src/a%2Bb/\"",
            "{\"name\":\"animation\",\"namespace\":\"@angular\",\"subpath\":\"src/a+b\",\"type\":\"npm\","
                + "\"version\":\"12.3.1\"}"),
        BuiltinCall(
            "purl.parse", "\"pkg://PYPI/Django_all@1+2\"",
            "{\"name\":\"django-all\",\"type\":\"pypi\",\"version\":\"1+2\"}"),
        BuiltinCall("purl.parse", "\"pkg:gem/ruby?platform=\"", "{\"name\":\"ruby\",\"type\":\"gem\"}"),
        BuiltinCall("purl.parse", "\"npm/x\"", "error: invalid PURL \"npm/x\": purl scheme is not \"pkg\": \"npm/x\""),
        BuiltinCall("purl.parse", "\"pkg:npm\"", "error: invalid PURL \"pkg:npm\": purl is missing type or name"),
        BuiltinCall("purl.parse", "\"pkg:npm/@1\"", "error: invalid PURL \"pkg:npm/@1\": purl is missing name"),
        BuiltinCall("purl.parse", "\"pkg:1a/b\"", "error: invalid PURL \"pkg:1a/b\": invalid type \"1a\""),
        BuiltinCall(
            "purl.parse", "\"pkg:a/b?c=1&C=2\"",
            "error: invalid PURL \"pkg:a/b?c=1&C=2\": invalid qualifiers: duplicate qualifier key: \"c\""),
        BuiltinCall(
            "purl.parse", "\"pkg:a/b@%zz\"",
            "error: invalid PURL \"pkg:a/b@%zz\": error unescaping version: invalid URL escape \"%zz\""),
        BuiltinCall("purl.is_valid", "\"pkg:swift/github.com/apple/swift-nio@2\"", "true"),
        BuiltinCall("purl.is_valid", "\"pkg:swift/swift-nio@2\"", "false"),
        BuiltinCall("purl.is_valid", "\"pkg:a/b#c/../d\"", "false"), BuiltinCall("purl.is_valid", "1", "false"),
    ])
    func `package URLs are parsed as in OPA`(call: BuiltinCall) throws {
        #expect(try call.outcome() == call.result)
    }

    @Test(arguments: [
        BuiltinCall("time.parse_rfc3339_ns", "\"2017-06-02T19:00:00-07:00\"", "1496455200000000000"),
        BuiltinCall("time.clock", "[1517832000000000000,\"America/New_York\"]", "[7,0,0]"),
        BuiltinCall("time.format", "[1670006453141828752,\"Asia/Kolkata\"]", "\"2022-12-03T00:10:53.141828752+05:30\""),
        BuiltinCall("time.date", "-1", "[1969,12,31]"),
        BuiltinCall("time.add_date", "1585852421593912000,3,9,12", "1705257221593912000"),
        BuiltinCall("time.diff", "0,86400000000000", "[0,0,1,0,0,0]"),
        BuiltinCall("time.parse_duration_ns", "\"1h15m30.918s\"", "4530918000000"),
        BuiltinCall("time.parse_duration_ns", "\"1\"", "error: time: missing unit in duration \"1\""),
        BuiltinCall("time.weekday", "0", "\"Thursday\""),
        BuiltinCall("time.clock", "[0,\"Nowhere/At_All\"]", "error: unknown time zone Nowhere/At_All"),
        BuiltinCall("time.clock", "[0,\"../../../etc/passwd\"]", "error: unknown time zone ../../../etc/passwd"),
        BuiltinCall(
            "time.parse_ns", "\"2006-01-02\",\"2020-13-01\"", "error: parsing time \"2020-13-01\": month out of range"),
        BuiltinCall("time.clock", "[4102444800000000000,\"Europe/Berlin\"]", "[1,0,0]"),
        BuiltinCall("time.format", "[0,\"UTC\",\"RFC850\"]", "\"Thursday, 01-Jan-70 00:00:00 UTC\""),
    ])
    func `time is told as Go tells it`(call: BuiltinCall) throws {
        #expect(try call.outcome() == call.result)
    }

    @Test(arguments: [
        BuiltinCall("net.cidr_contains", "\"10.0.0.0/8\",\"10.1.0.0/16\"", "true"),
        BuiltinCall("net.cidr_contains", "\"::/0\",\"1.2.3.4\"", "false"),
        BuiltinCall(
            "net.cidr_expand", "\"192.168.0.0/30\"", "[\"192.168.0.0\",\"192.168.0.1\",\"192.168.0.2\",\"192.168.0.3\"]"
        ),
        BuiltinCall("net.cidr_merge", "[\"192.0.128.0/24\",\"192.0.129.0/24\"]", "[\"192.0.128.0/23\"]"),
        BuiltinCall("net.cidr_is_valid", "\"1.2.3.04/8\"", "false"),
        BuiltinCall("net.cidr_intersects", "\"fe80::/10\",\"fe80::1/128\"", "true"),
        BuiltinCall("crypto.md5", "\"\"", "\"d41d8cd98f00b204e9800998ecf8427e\""),
        BuiltinCall(
            "crypto.hmac.sha256", "\"a\",\"b\"",
            "\"cb448b440c42ac8ad084fc8a8795c98f5b7802359c305eabd57ecdb20e248896\""),
        BuiltinCall(
            "graphql.parse_query", "\"{ a }\"",
            "{\"Operations\":[{\"Name\":\"\",\"Operation\":\"query\","
                + "\"SelectionSet\":[{\"Alias\":\"a\",\"Name\":\"a\"}]}]}"
        ),
        BuiltinCall("graphql.is_valid", "\"{ a(x: $y) }\",\"type Query { a(x: Int): Int }\"", "false"),
        BuiltinCall("graphql.is_valid", "\"{ a { b } }\",\"type Query { a: Int }\"", "false"),
        BuiltinCall("graphql.is_valid", "\"query q($y: Int) { a(x: $y) }\",\"type Query { a(x: Int): Int }\"", "true"),
        BuiltinCall("http.send", "{\"method\":\"get\",\"url\":\"http://x\"}", "error: unallowed host: x"),
        BuiltinCall(
            "http.send", "{\"method\":\"get\",\"url\":\"http://x\",\"raise_error\":false}",
            "{\"error\":{\"code\":\"eval_http_send_internal_error\","
                + "\"message\":\"http.send: unallowed host: x\"},\"status_code\":0}"
        ),
    ])
    func `the net, keys and documents answer as in OPA`(call: BuiltinCall) throws {
        #expect(try call.outcome() == call.result)
    }

    @Test func `a request goes through the transport it was given, once for the same request`() throws {
        var world = BuiltinContext.World()
        world.transport = { request in
            RegoHTTPResponse(
                status: 200, statusText: "200 OK", headers: [(name: "Content-Type", value: "application/json")],
                body: Array("{\"method\":\"\(request.method)\"}".utf8))
        }
        let context = BuiltinContext(now: 0, seed: 0, world: world)
        let call = BuiltinCall("http.send", "{\"method\":\"get\",\"url\":\"http://x\"}", "")
        let answer = try RegoValue(json: try call.outcome(context))
        #expect(answer["body"] == ["method": "GET"])
        #expect(answer["status_code"] == 200)
        #expect(context.kept.count == 1)
    }

    @Test(arguments: ["json.marshal", "yaml.marshal", "sprintf", "json.verify_schema"])
    func `a small value that would be an endless text ends with the limit`(name: String) throws {
        var value: RegoValue = ["x": 1]
        for _ in 0..<60 { value = ["l": value, "r": value] }
        let context = BuiltinContext(now: 0, seed: 0, bytes: 1_000_000)
        let declaration = try #require(Builtins.all[name])
        let arguments = name == "sprintf" ? ["%v", [value]] : [value]
        let error = #expect(throws: BuiltinError.self) { try declaration.evaluate(context, arguments) }
        #expect(error?.kind == .halt(.memory))
    }

    @Test func `keys that are no strings become their JSON, in its order`() throws {
        let value: RegoValue = [2: "b", "10": "c", [1]: "a", true: "d"]
        #expect(value.json == #"{"10":"c","2":"b","[1]":"a","true":"d"}"#)
    }

    @Test func `a built-in that makes too much ends with its limit`() throws {
        let context = BuiltinContext(now: 0, seed: 0, steps: 100_000, bytes: 100_000)
        for call in [
            BuiltinCall("numbers.range", "0,100000000", ""), BuiltinCall("net.cidr_expand", "\"10.0.0.0/8\"", ""),
            BuiltinCall("sprintf", "\"%999999d%999999d\",[1,2]", ""),
        ] {
            let limited = BuiltinContext(now: context.now, seed: 0, steps: 100_000, bytes: 100_000)
            #expect(try call.outcome(limited).hasPrefix("error: the evaluation needs more memory"))
        }
    }
}
