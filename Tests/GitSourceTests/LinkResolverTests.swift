import Testing

@testable import GitSource

@Suite struct LinkResolverTests {
    private func staysInside(_ link: String, _ targets: [String: String]) -> Bool {
        let pairs = targets.map { ($0.key.split(separator: "/").map(String.init), $0.value) }
        let resolver = LinkResolver(targets: Dictionary(uniqueKeysWithValues: pairs))
        return resolver.staysInside(link.split(separator: "/").map(String.init))
    }

    @Test func `links within the tree stay inside, even when they lead to nothing`() {
        #expect(staysInside("a/b/link", ["a/b/link": "../c"]))
        #expect(staysInside("a/b/link", ["a/b/link": "../../"]))
        #expect(staysInside("link", ["link": "missing/file"]))
        #expect(staysInside("a/l", ["a/l": "m/x", "a/m": "../d"]))
    }

    @Test func `links that leave the tree are seen, directly or by way of others`() {
        #expect(!staysInside("link", ["link": "/etc/passwd"]))
        #expect(!staysInside("a/link", ["a/link": "../../etc"]))
        #expect(!staysInside("link", ["link": "a/../../x"]))
        // A combining mark after a slash makes one character of both.
        #expect(!staysInside("link", ["link": "/\u{301}etc"]))
        #expect(!staysInside("a/link", ["a/link": "x/../../../\u{301}y"]))
        // By its text, p/q/y names p/q; by way of x, which is the root, it leaves the tree.
        #expect(!staysInside("p/q/y", ["p/q/x": "../..", "p/q/y": "x/.."]))
    }

    @Test func `links that lead to each other do not count as inside`() {
        #expect(!staysInside("a", ["a": "b", "b": "a"]))
        #expect(!staysInside("a", ["a": "a/x"]))
    }
}
