/// Text of others as messages may show it: one line, without control characters and without credentials in its URLs.
struct RedactedText: Sendable, CustomStringConvertible {
    static let lengthMaximum = 500

    let description: String

    init(_ text: String) {
        let printable = text.unicodeScalars.map { scalar -> Character in
            scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? "?" : Character(scalar)
        }
        let redacted = Self.redact(String(printable))
        description = redacted.count > Self.lengthMaximum ? redacted.prefix(Self.lengthMaximum) + "…" : redacted
    }

    /// Drops what stands before the `@` in the authority of every URL, and every URL's query.
    private static func redact(_ text: String) -> String {
        var result = ""
        var rest = Substring(text)
        while let scheme = rest.firstRange(of: "://") {
            result += rest[..<scheme.upperBound]
            rest = rest[scheme.upperBound...]
            let end = rest.firstIndex { " '\"<>`".contains($0) } ?? rest.endIndex
            var url = rest[..<end]
            let authorityEnd = url.firstIndex(of: "/") ?? url.endIndex
            if let at = url[..<authorityEnd].lastIndex(of: "@") { url = url[url.index(after: at)...] }
            if let query = url.firstIndex(of: "?") { url = url[..<query] + "?…" }
            result += url
            rest = rest[end...]
        }
        return result + rest
    }
}
