import Testing

@testable import Rego

@Suite struct TextBuiltinTests {
    @Test(arguments: [
        BuiltinCall("concat", "\",\",[\"a\",\"b\"]", "\"a,b\""), BuiltinCall("indexof", "\"añb\",\"b\"", "2"),
        BuiltinCall("indexof", "\"a\",\"\"", "error: empty search character"),
        BuiltinCall("indexof_n", "\"aaa\",\"aa\"", "[0,1]"), BuiltinCall("substring", "\"añb\",1,1", "\"ñ\""),
        BuiltinCall("substring", "\"abc\",-1,1", "error: negative offset"),
        BuiltinCall("substring", "\"abc\",1,-1", "\"bc\""), BuiltinCall("split", "\"a.b\",\".\"", "[\"a\",\"b\"]"),
        BuiltinCall("split", "\"añ\",\"\"", "[\"a\",\"ñ\"]"), BuiltinCall("upper", "\"straße\"", "\"STRAßE\""),
        BuiltinCall("lower", "\"ÀB\"", "\"àb\""), BuiltinCall("trim", "\"xxaxx\",\"x\"", "\"a\""),
        BuiltinCall("trim_space", "\" \\u00a0a\\n\"", "\"a\""), BuiltinCall("trim_left", "\"ñña\",\"ñ\"", "\"a\""),
        BuiltinCall("replace", "\"banana\",\"\",\"X\"", "\"XbXaXnXaXnXaX\""),
        BuiltinCall("strings.replace_n", "{\"<\":\"&lt;\",\">\":\"&gt;\"},\"<b>\"", "\"\\u0026lt;b\\u0026gt;\""),
        BuiltinCall("strings.reverse", "\"añb\"", "\"bña\""), BuiltinCall("strings.count", "\"cheese\",\"e\"", "3"),
        BuiltinCall("format_int", "255,16", "\"ff\""), BuiltinCall("format_int", "15.9,2", "\"1111\""),
        BuiltinCall("format_int", "1,3", "error: operand 2 must be one of {2, 8, 10, 16}"),
        BuiltinCall("strings.any_prefix_match", "[\"ab\",\"c\"],\"c\"", "true"),
    ])
    func `a string is searched and changed as in OPA`(call: BuiltinCall) throws {
        #expect(try call.outcome() == call.result)
    }

    @Test(arguments: [
        ("%d|%5d|%-5d|%05d|%+d", "[1,2,3,4,5]", "1|    2|3    |00004|+5"),
        ("%s %v", "[\"a\",{\"b\":[1,null]}]", "a {\"b\": [1, null]}"),
        ("%x %X %o %b", "[255,255,8,5]", "ff FF 10 101"), ("%q", "[\"a\\\"b\"]", "\"a\\\"b\""),
        ("%.2f|%8.3f|%e", "[3.14159,2.5,1234.5]", "3.14|   2.500|1.234500e+03"), ("%v %v", "[1.5,1e21]", "1.5 1e+21"),
        ("%d", "[\"hi\"]", "%!d(string=hi)"), ("%s", "[5]", "%!s(int=5)"), ("%d %d", "[1]", "1 %!d(MISSING)"),
        ("%d", "[1,2]", "1%!(EXTRA int=2)"), ("%[2]d %[1]d", "[1,2]", "2 1"), ("%*d", "[5,42]", "   42"),
        ("%%", "[]", "%"), ("%!", "[1]", "%!!(int=1)"), ("%", "[]", "%!(NOVERB)"), ("%c%U", "[65,65]", "AU+0041"),
        ("%t", "[true]", "%!t(string=true)"), ("%s", "[1208925819614629174706175]", "1208925819614629174706175"),
        ("%T", "[\"x\"]", "string"), ("%x", "[\"hi\"]", "6869"), ("%.3s", "[\"abcdef\"]", "abc"),
        ("%#x", "[10]", "0xa"),
        ("%5t|%-5d|%.1z", "[\"a\",\"a\",\"abc\"]", "%!t(string=    a)|%!d(string=a    )|%!z(string=a)"),
        ("%.2v|%+v|%#v|%#.2v", "[3.14159,5,\"a\",\"abc\"]", "3.1|5|\"a\"|\"ab\""),
        ("%#g|%#.3g|%#e|%#.0f", "[1.5,100.5,2.5,3.5]", "1.50000|100.|2.500000e+00|4."),
        ("%+v", "[100000000000000000000]", "+100000000000000000000"),
        ("%.2x|%.0x|%x", "[3.14159,1.75,3.5]", "0x1.92p+01|0x1p+01|0x1.cp+01"),
    ])
    func `a format writes what Go writes`(format: String, operands: String, wanted: String) throws {
        guard case .array(let list) = try RegoValue(json: operands) else { return }
        #expect(try GoFormat.format(RegoString(format), list, testContext()).string == wanted)
    }

    @Test(arguments: [
        ("{{.a}}-{{.b.c}}", "x-1"), ("{{range $i, $e := .l}}{{if $i}},{{end}}{{$e}}{{end}}", "p,q"),
        ("{{.none}}", "<undefined>"),
        ("{{with .b}}{{.c}}{{else}}no{{end}}", "1"), ("{{printf \"%s!\" .a}}", "x!"), ("{{len .l}}{{/* note */}}", "2"),
        ("a {{- .a -}} b", "axb"), ("{{if eq .a \"x\"}}yes{{else if .b}}b{{else}}no{{end}}", "yes"),
        ("{{index .l 1}}", "q"),
        ("{{define \"t\"}}<{{.}}>{{end}}{{template \"t\" .a}}", "<x>"), ("{{$x := .a}}{{$x | html}}", "x"),
    ])
    func `a template is carried out`(template: String, wanted: String) throws {
        let data: RegoValue = ["a": "x", "b": ["c": 1], "l": ["p", "q"]]
        #expect(try TemplateRenderer.render(RegoString(template), data, testContext()).string == wanted)
    }

    @Test(arguments: [
        "{{", "{{if}}", "{{if .a}}", "{{end}}", "{{.a | nosuch}}", "{{\"a}}", "{{(.a}}", "{{range .a}}{{end}}",
    ])
    func `a template that is none is an error`(template: String) {
        #expect(throws: BuiltinError.self) {
            try TemplateRenderer.render(RegoString(template), ["a": "x"], testContext())
        }
    }
}
