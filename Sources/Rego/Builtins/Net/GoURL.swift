/// A reference to a resource by RFC 3986, with the parts and the errors of Go 1.26's net/url.
struct GoURL {
    private(set) var scheme = RegoString("")
    /// What follows a scheme without a slash.
    private(set) var opaque = RegoString("")
    private(set) var hasUser = false
    /// The host and, after a colon, its port; an address of IPv6 in brackets.
    private(set) var host = RegoString("")
    private(set) var path = RegoString("")
    /// The path as it was written, where escaping `path` gives another text.
    private(set) var rawPath = RegoString("")
    private(set) var omitsHost = false
    private(set) var endsWithQuery = false
    private(set) var rawQuery = RegoString("")
    private(set) var fragment = RegoString("")
    private(set) var rawFragment = RegoString("")

    /// - Throws: what is wrong, as `parse "URL": …`.
    init(_ text: RegoString) throws(BuiltinError) {
        let bytes = text.utf8
        let mark = bytes.firstIndex(of: UInt8(ascii: "#")) ?? bytes.endIndex
        do throws(BuiltinError) { try parse(bytes[..<mark]) } catch {
            throw BuiltinError("parse \(GoQuote.quote(RegoString(utf8: bytes[..<mark]))): \(error.message)")
        }
        do throws(BuiltinError) {
            (fragment, rawFragment) = try Self.decoded(bytes[mark...].dropFirst(), .fragment)
        } catch {
            throw BuiltinError("parse \(GoQuote.quote(text)): \(error.message)")
        }
    }

    /// The host without its port and brackets.
    var hostname: RegoString {
        let bytes = hostAndPort.host
        guard bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]") else { return RegoString(utf8: bytes) }
        return RegoString(utf8: bytes.dropFirst().dropLast())
    }

    /// The digits of the port; empty where none was named.
    var port: RegoString { RegoString(utf8: hostAndPort.port.dropFirst()) }

    /// The path as a request has it.
    var escapedPath: RegoString {
        let isWritten =
            !rawPath.isEmpty
            && rawPath.utf8.allSatisfy { "!$&'()*+,;=:@[]%".utf8.contains($0) || !URLEscaping.path.isEscaped($0) }
        return isWritten ? rawPath : RegoString(utf8: URLEscaping.path.escape(path.utf8))
    }

    private var hostAndPort: (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>) {
        let bytes = host.utf8
        let colon = bytes.lastIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        return Self.isPort(bytes[colon...]) ? (bytes[..<colon], bytes[colon...]) : (bytes[...], [])
    }

    // MARK: - Parts

    private mutating func parse(_ bytes: ArraySlice<UInt8>) throws(BuiltinError) {
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw BuiltinError("net/url: invalid control character in URL")
        }
        let (slash, question) = (UInt8(ascii: "/"), UInt8(ascii: "?"))
        let length = try Self.schemeLength(bytes)
        scheme = RegoString(utf8: bytes.prefix(length).map { (65...90).contains($0) ? $0 | 0x20 : $0 })
        var rest = bytes.dropFirst(length == 0 ? 0 : length + 1)
        if let mark = rest.firstIndex(of: question) {
            rawQuery = RegoString(utf8: rest[(mark + 1)...])
            endsWithQuery = rawQuery.isEmpty
            rest = rest[..<mark]
        }
        if rest.first != slash {
            guard length == 0 else { return opaque = RegoString(utf8: rest) }
            guard !rest.prefix(while: { $0 != slash }).contains(UInt8(ascii: ":")) else {
                throw BuiltinError("first path segment in URL cannot contain colon")
            }
        }
        if rest.starts(with: "//".utf8), length > 0 || !rest.starts(with: "///".utf8) {
            let authority = rest.dropFirst(2).prefix { $0 != slash }
            rest = rest[authority.endIndex...]
            try parseAuthority(authority)
        } else {
            omitsHost = length > 0 && rest.first == slash
        }
        (path, rawPath) = try Self.decoded(rest, .path)
    }

    /// How many bytes of a scheme a colon follows.
    private static func schemeLength(_ bytes: ArraySlice<UInt8>) throws(BuiltinError) -> Int {
        let length = bytes.prefix { (65...90).contains($0 & 0xDF) || $0 &- 48 <= 9 || "+-.".utf8.contains($0) }.count
        guard bytes.dropFirst(length).first == UInt8(ascii: ":") else { return 0 }
        guard let first = bytes.prefix(length).first else { throw BuiltinError("missing protocol scheme") }
        return (65...90).contains(first & 0xDF) ? length : 0
    }

    private static func decoded(
        _ bytes: ArraySlice<UInt8>, _ part: URLEscaping
    ) throws(BuiltinError) -> (text: RegoString, raw: RegoString) {
        let text = try part.unescape(bytes)
        return (RegoString(utf8: text), RegoString(utf8: part.escape(text).elementsEqual(bytes) ? [] : bytes))
    }

    private mutating func parseAuthority(_ authority: ArraySlice<UInt8>) throws(BuiltinError) {
        let at = authority.lastIndex(of: UInt8(ascii: "@"))
        host = RegoString(utf8: try host(at.map { authority[($0 + 1)...] } ?? authority))
        guard let at else { return }
        let isPlain = authority[..<at].allSatisfy {
            $0 &- 48 <= 9 || (65...90).contains($0 & 0xDF) || "-._:~!$&'()*+,;=%@".utf8.contains($0)
        }
        guard isPlain else { throw BuiltinError("net/url: invalid userinfo") }
        _ = try URLEscaping.user.unescape(authority[..<at])
        hasUser = true
    }

    // MARK: - Hosts

    private func host(_ bytes: ArraySlice<UInt8>) throws(BuiltinError) -> [UInt8] {
        guard let bracket = bytes.lastIndex(of: UInt8(ascii: "[")) else {
            // Hosts of PostgreSQL are lists, each with a port.
            let isList = scheme == "postgres" || scheme == "postgresql"
            let colon = isList ? bytes.lastIndex(of: UInt8(ascii: ":")) : bytes.firstIndex(of: UInt8(ascii: ":"))
            try Self.checkPort(bytes[(colon ?? bytes.endIndex)...])
            return try URLEscaping.host.unescape(bytes)
        }
        guard let end = bytes.lastIndex(of: UInt8(ascii: "]")) else { throw BuiltinError("missing ']' in host") }
        try Self.checkPort(bytes[(end + 1)...])
        guard bracket == bytes.startIndex else { throw BuiltinError("invalid IP-literal") }
        let name = bytes[(bracket + 1)..<end]
        // RFC 6874: %25 is the percent sign before a zone, in which anything may be escaped.
        let zone = name.indices.first { name[$0...].starts(with: "%25".utf8) } ?? end
        let address = try URLEscaping.host.unescape(name[..<zone])
        let decoded = try address + URLEscaping.zone.unescape(name[zone...])
        guard IPAddress(String(decoding: address, as: UTF8.self)) != nil, zone == end || zone + 3 < end else {
            throw BuiltinError(
                "invalid host: ParseAddr(\(GoQuote.quote(RegoString(utf8: decoded)))): unable to parse IP")
        }
        guard address.contains(UInt8(ascii: ":")) else { throw BuiltinError("invalid IP-literal") }
        return [UInt8(ascii: "[")] + decoded + [UInt8(ascii: "]")] + bytes[(end + 1)...]
    }

    private static func checkPort(_ bytes: ArraySlice<UInt8>) throws(BuiltinError) {
        guard bytes.isEmpty || isPort(bytes) else {
            throw BuiltinError("invalid port \(GoQuote.quote(RegoString(utf8: bytes))) after host")
        }
    }

    /// Whether it is a colon and digits, which may be none.
    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.first == UInt8(ascii: ":") && bytes.dropFirst().allSatisfy { $0 &- 48 <= 9 }
    }
}
