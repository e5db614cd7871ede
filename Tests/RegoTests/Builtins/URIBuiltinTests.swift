import Testing

@testable import Rego

@Suite struct URIBuiltinTests {
    @Test(arguments: [
        BuiltinCall(
            "uri.parse", "\"HTTPS://u:p%40@Example.com:8443/a%2Fb/ä?q=1&r#top%20x\"",
            "{\"fragment\":\"top x\",\"hostname\":\"Example.com\",\"path\":\"/a/b/ä\",\"port\":\"8443\","
                + "\"raw_path\":\"/a%2Fb/ä\",\"raw_query\":\"q=1\\u0026r\",\"scheme\":\"https\"}"),
        BuiltinCall(
            "uri.parse", "\"http://h/a%20b\"",
            "{\"hostname\":\"h\",\"path\":\"/a b\",\"raw_path\":\"/a b\",\"scheme\":\"http\"}"),
        BuiltinCall("uri.parse", "\"mailto:a@b.c\"", "{\"scheme\":\"mailto\"}"),
        BuiltinCall("uri.parse", "\"/x/../y?\"", "{\"path\":\"/x/../y\",\"raw_path\":\"/x/../y\"}"),
        BuiltinCall("uri.parse", "\"///x\"", "{\"path\":\"///x\",\"raw_path\":\"///x\"}"),
        BuiltinCall("uri.parse", "\"//[fe80::1%25e%6E0]:80\"", "{\"hostname\":\"fe80::1%en0\",\"port\":\"80\"}"),
        BuiltinCall("uri.parse", "\"http://a_b.c:\"", "{\"hostname\":\"a_b.c\",\"scheme\":\"http\"}"),
        BuiltinCall(
            "uri.parse", "\"postgres://a:1,b:2/db\"",
            "{\"hostname\":\"a:1,b\",\"path\":\"/db\",\"port\":\"2\",\"raw_path\":\"/db\",\"scheme\":\"postgres\"}"),
        BuiltinCall("uri.parse", "\"\"", "{}"),
        BuiltinCall("uri.parse", "\":a\"", "error: parse \":a\": missing protocol scheme"),
        BuiltinCall(
            "uri.parse", "\"a_b:c\"", "error: parse \"a_b:c\": first path segment in URL cannot contain colon"),
        BuiltinCall("uri.parse", "\"/%zz#f\"", "error: parse \"/%zz\": invalid URL escape \"%zz\""),
        BuiltinCall("uri.parse", "\"/#%zz\"", "error: parse \"/#%zz\": invalid URL escape \"%zz\""),
        BuiltinCall("uri.parse", "\"//a b\"", "error: parse \"//a b\": invalid character \" \" in host name"),
        BuiltinCall("uri.parse", "\"//h:80:80\"", "error: parse \"//h:80:80\": invalid port \":80:80\" after host"),
        BuiltinCall("uri.parse", "\"//[::1\"", "error: parse \"//[::1\": missing ']' in host"),
        BuiltinCall("uri.parse", "\"//[::1]x\"", "error: parse \"//[::1]x\": invalid port \"x\" after host"),
        BuiltinCall("uri.parse", "\"//[1.2.3.4]\"", "error: parse \"//[1.2.3.4]\": invalid IP-literal"),
        BuiltinCall("uri.parse", "\"//a[::1]\"", "error: parse \"//a[::1]\": invalid IP-literal"),
        BuiltinCall("uri.parse", "\"//a<b@c\"", "error: parse \"//a<b@c\": net/url: invalid userinfo"),
    ])
    func `a URI is taken apart as in OPA`(call: BuiltinCall) throws {
        #expect(try call.outcome() == call.result)
    }

    /// Pieces of URLs in any order: nothing ends the program, and a path that was read is written as it was meant.
    @Test func `a path that was taken apart is put together the same`() throws {
        var random = SeededRandom(seed: 83_161)
        let pieces = [
            "a", "Z", "1", ":", "/", "//", "?", "#", "@", "[", "]", "[::1]", "%", "%25", "%2F", "%c3", "\u{e4}", "+",
            "*",
        ]
        var known = 0
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...12, using: &random)
            let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            guard let url = try? GoURL(RegoString(text)) else { continue }
            known += 1
            #expect(try URLEscaping.path.unescape(url.escapedPath.utf8) == url.path.utf8, "\(text)")
            #expect(url.port.utf8.allSatisfy { (48...57).contains($0) }, "\(text)")
        }
        #expect(known > 1_000)
    }

    @Test(arguments: [
        ("\"https://example.com/\"", true), ("\"spiffe://a.b/c\"", true), ("\"http://a]b/\"", true),
        ("\"a/b\"", true), ("\"\"", false), ("1", false), ("\"http://exa%6dple.com/\"", false),
        ("\"http://a%C3%A4/\"", true), ("\"//[::1%25%C3]\"", false), ("\"//[::1%25]\"", false),
        ("\"http://h:٣/\"", false), ("\"/\\u0001\"", false), ("\"http://[x]/\"", false),
    ])
    func `a URI is valid where Go parses it`(text: String, isValid: Bool) throws {
        #expect(try BuiltinCall("uri.is_valid", text, "\(isValid)").outcome() == "\(isValid)")
    }
}
