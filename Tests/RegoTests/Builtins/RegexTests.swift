import Testing

@testable import Rego

@Suite struct RegexTests {
    @Test(arguments: [
        ("a+b", "xaab", true), ("^a$", "ab", false), ("(?i)STRASSE", "strasse", true), ("^$", "", true),
        ("\\bfoo\\b", "a foo b", true),
        ("\\bfoo\\b", "afoob", false), ("(?m)^b$", "a\nb\nc", true), ("a.c", "a\nc", false), ("(?s)a.c", "a\nc", true),
        ("[[:alpha:]]+[^[:digit:]]", "ab1", true), ("\\p{Greek}", "αβ", true), ("\\pN", "٣", true),
        ("\\PL", "a", false), ("x{2,3}$", "xxxx", true),
        ("^x{2,3}$", "xxxx", false), ("\\Qa.b\\E", "a.b", true), ("(a|ab)(c|bcd)$", "abcd", true),
        ("(?i)k", "\u{212A}", true), ("\\x{41}", "A", true),
    ])
    func `an expression matches as RE2 does`(pattern: String, text: String, isMatch: Bool) throws {
        let regex = try RegoRegex(RegoString(pattern))
        #expect(try regex.matches(RegoString(text), testContext()) == isMatch)
        let found = try regex.firstMatch(in: RegoString(text), from: 0, testContext())
        #expect((found != nil) == isMatch, "both machines agree")
    }

    @Test(arguments: [
        ("(", "missing closing )"), (")", "unexpected )"), ("[a", "missing closing ]"),
        ("a**", "invalid nested repetition operator"), ("*a", "missing argument to repetition operator"),
        ("a{2,1}", "invalid repeat count"), ("a{1001}", "invalid repeat count"),
        ("(a{1000}){1000}", "invalid repeat count"), ("\\1", "invalid escape sequence"),
        ("(?=a)", "invalid or unsupported Perl syntax"),
        ("\\", "trailing backslash at end of expression"), ("[b-a]", "invalid character class range"),
        ("\\p{Klingon}", "invalid character class range"), ("(?P<n>a)(?P<n>b)", "duplicate capture group name"),
    ])
    func `what RE2 refuses is refused with its reason`(pattern: String, reason: String) {
        let error = #expect(throws: RegexError.self) { try RegoRegex(RegoString(pattern)) }
        #expect(error?.reason == reason)
    }

    @Test func `a hostile expression takes time linear in the text`() throws {
        let context = BuiltinContext(now: 0, seed: 0, steps: 50_000_000)
        let text = RegoString(String(repeating: "a", count: 20_000) + "!")
        #expect(try !RegoRegex("^(a+)+$").matches(text, context))
        #expect(try RegoRegex("(a|aa)*b").firstMatch(in: text, from: 0, context) == nil)
        #expect(try !RegoRegex("(.*)(.*)(.*)(.*)(.*)x\\b").matches(text, context))
    }

    @Test(arguments: [
        BuiltinCall("regex.find_n", "\"[oa]+\",\"foobar\",-1", "[\"oo\",\"a\"]"),
        BuiltinCall("regex.find_n", "\"a*\",\"baab\",-1", "[\"\",\"aa\",\"\"]"),
        BuiltinCall("regex.split", "\"/\",\"foo//bar/baz\"", "[\"foo\",\"\",\"bar\",\"baz\"]"),
        BuiltinCall("regex.split", "\"\",\"ab\"", "[\"a\",\"b\"]"),
        BuiltinCall("regex.replace", "\"-wy-wxxy-\",\"w(x*)y\",\"${1}0\"", "\"-0-xx0-\""),
        BuiltinCall("regex.replace", "\"abc\",\"\",\"-\"", "\"-a-b-c-\""),
        BuiltinCall(
            "regex.find_all_string_submatch_n", "\"a(x*)b\",\"-axxb-ab-\",-1", "[[\"axxb\",\"xx\"],[\"ab\",\"\"]]"),
        BuiltinCall("regex.is_valid", "\"[\"", "false"), BuiltinCall("regex.is_valid", "7", "false"),
        BuiltinCall("regex.match", "\"[\",\"a\"", "error: error parsing regexp: missing closing ]: `[`"),
        BuiltinCall("regex.template_match", "\"urn:<.*>:x\",\"urn:a:b:x\",\"<\",\">\"", "true"),
        BuiltinCall("regex.globs_match", "\"a.a.[0-9]+z\",\".b.b2359825792*594823z\"", "true"),
        BuiltinCall("regex.globs_match", "\"[a-z]+\",\"[0-9]*\"", "false"),
        BuiltinCall("regex.globs_match", "\"a*b\",\"aaab\"", "true"),
        BuiltinCall("glob.match", "\"*.github.com\",[\".\"],\"api.github.com\"", "true"),
        BuiltinCall("glob.match", "\"*.github.com\",[\".\"],\"a.b.github.com\"", "false"),
        BuiltinCall("glob.match", "\"**.github.com\",[\".\"],\"a.b.github.com\"", "true"),
        BuiltinCall("glob.match", "\"{a,b[cd]}\",[],\"bd\"", "true"),
        BuiltinCall("glob.quote_meta", "\"*.a\"", "\"\\\\*.a\""),
    ])
    func `a built-in of expressions answers as in OPA`(call: BuiltinCall) throws {
        #expect(try call.outcome() == call.result)
    }
}
