internal import LinuxIO
internal import Model
internal import NIOHTTP1

/// Who is at the other end of a connection.
struct Peer: Sendable {
    let credentials: PeerCredentials
    /// The user's name, or the number as text.
    let name: String
    /// The names of the user's groups.
    var groups: [String] = []

    var uid: UInt32 { credentials.uid }
}

/// The head of a request, taken apart.
struct APIRequest: Sendable {
    let method: String
    /// The segments of the path, decoded.
    let path: [String]
    let query: [(name: String, value: String)]
    let headers: HTTPHeaders
    let caller: Caller

    /// Reads a head; throws what the client did wrong.
    init(_ head: HTTPRequestHead, caller: Caller) throws(APIFailure) {
        // HEAD is GET whose answer has no body.
        method = head.method == .HEAD ? "GET" : head.method.rawValue
        headers = head.headers
        self.caller = caller
        guard head.uri.utf8.first == UInt8(ascii: "/") else {
            throw .badRequest("the request's target must be a path that begins with '/'")
        }
        let parts = head.uri.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        path = try parts[0].split(separator: UInt8(ascii: "/")).map { segment throws(APIFailure) in
            try Self.decoded(Substring(segment))
        }
        var query: [(name: String, value: String)] = []
        for pair in parts.count > 1 ? parts[1].split(separator: UInt8(ascii: "&")) : [] {
            let sides = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            query.append((try Self.decoded(plus(sides[0])), sides.count > 1 ? try Self.decoded(plus(sides[1])) : ""))
        }
        self.query = query
        func plus(_ text: Substring.UTF8View) -> Substring {
            Substring(Substring(text).map { $0 == "+" ? " " : $0 })
        }
    }

    /// The first value of a parameter; nil where it is absent or empty.
    func parameter(_ name: String) -> String? {
        query.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    /// Whether a parameter says yes.
    func flag(_ name: String) throws(APIFailure) -> Bool {
        switch parameter(name) {
        case nil, "false", "0": return false
        case "true", "1": return true
        case .some(let value):
            throw .badRequest("parameter '\(name)' must be true or false, not \(quoted(value))")
        }
    }

    /// A parameter that is a number, not negative.
    func count(_ name: String) throws(APIFailure) -> Int? {
        guard let text = parameter(name) else { return nil }
        guard let value = Int(text), value >= 0 else {
            throw .badRequest("parameter '\(name)' must be a number, not \(quoted(text))")
        }
        return value
    }

    /// Whether nothing is to be written.
    func isDryRun() throws(APIFailure) -> Bool {
        let values = query.filter { $0.name == "dryRun" }.map(\.value).filter { !$0.isEmpty }
        guard let other = values.first(where: { $0 != "All" }) else { return !values.isEmpty }
        throw .badRequest("parameter 'dryRun' must be All, not \(quoted(other))")
    }

    /// The values of a header field.
    func values(of header: String) -> [String] { headers[header] }

    /// The media type of the body, without parameters.
    var mediaType: String {
        let value = headers.first(name: "Content-Type") ?? ""
        return (value.split(separator: ";").first ?? "").filter { $0 != " " }.lowercased()
    }

    private static func decoded(_ text: Substring) throws(APIFailure) -> String {
        guard let decoded = PercentEncoding.decode(text) else {
            throw .badRequest(
                "cannot read \(quoted(String(text))): '%' must be followed by two hexadecimal digits of UTF-8")
        }
        return decoded
    }
}

/// Text of a client in a message: in quotes, without control characters, and not too long.
func quoted(_ text: String) -> String {
    JSONValue.string(text.count > 120 ? text.prefix(119) + "…" : text).canonicalText
}
