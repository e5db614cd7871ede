/// `uri.*`.
enum URIBuiltins {
    static let declarations: [BuiltinDeclaration] = [
        BuiltinDeclaration("uri.is_valid", [.string], .boolean, evaluate: isValid),
        BuiltinDeclaration("uri.parse", [.string], .object(.string, .string), evaluate: parse),
    ]

    static func isValid(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        // The empty reference is one by RFC 3986, but nobody means it.
        guard case .string(let text) = arguments[0], !text.isEmpty else { return false }
        try context.charge(bytes: text.utf8Count * 3)
        return .bool((try? GoURL(text)) != nil)
    }

    static func parse(_ context: BuiltinContext, _ arguments: [RegoValue]) throws(BuiltinError) -> RegoValue? {
        let text = try arguments.string(0)
        try context.charge(bytes: text.utf8Count * 3)
        let url = try GoURL(text)
        let parts: [(RegoValue, RegoString)] = [
            ("scheme", url.scheme), ("hostname", url.hostname), ("port", url.port), ("path", url.path),
            ("raw_path", url.rawPath.isEmpty ? url.path : url.rawPath), ("raw_query", url.rawQuery),
            ("fragment", url.fragment),
        ]
        var made = RegoObject()
        for (name, part) in parts where !part.isEmpty { made.insert(name, .string(part)) }
        return .object(made)
    }
}
