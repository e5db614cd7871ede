/// The parts of a URL, as Go's net/url has them.
struct URLParts {
    var scheme = ""
    var opaque = ""
    var user: String?
    var host = ""
    var path = ""
    var rawQuery = ""
    var fragment = ""

    init(_ text: String) {
        var rest = text[...]
        if let mark = rest.firstIndex(of: "#") {
            fragment = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        if let colon = rest.firstIndex(of: ":"), let first = rest.utf8.first, (65...90).contains(first & 0xDF),
            rest[..<colon].utf8.allSatisfy({
                (65...90).contains($0 & 0xDF) || $0 &- 48 <= 9 || [43, 45, 46].contains($0)
            })
        {
            scheme = rest[..<colon].lowercased()
            rest = rest[rest.index(after: colon)...]
        }
        if let mark = rest.firstIndex(of: "?") {
            rawQuery = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        if rest.hasPrefix("//") {
            let authority = rest.dropFirst(2).prefix { $0 != "/" }
            rest = rest[authority.endIndex...]
            if let at = authority.lastIndex(of: "@") {
                user = String(authority[..<at])
                host = String(authority[authority.index(after: at)...])
            } else {
                host = String(authority)
            }
        } else if !scheme.isEmpty, !rest.hasPrefix("/") {
            opaque = String(rest)
            rest = ""
        }
        path = String(rest)
    }
}

/// A URL as Go marshals it.
enum URLValue {
    static func value(of text: String) -> RegoValue {
        let parts = URLParts(text)
        let decoded = (try? URLQuery.unescape(Array(parts.path.replacing("+", with: "%2B").utf8))).map {
            RegoString(utf8: $0)
        }
        return [
            "Scheme": RegoValue(parts.scheme), "Opaque": RegoValue(parts.opaque),
            "User": parts.user == nil ? .null : [:], "Host": RegoValue(parts.host),
            "Path": .string(decoded ?? RegoString(parts.path)), "RawPath": "", "OmitHost": false, "ForceQuery": false,
            "RawQuery": RegoValue(parts.rawQuery), "Fragment": RegoValue(parts.fragment), "RawFragment": "",
        ]
    }
}
