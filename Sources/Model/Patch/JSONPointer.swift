/// A place within a JSON value (RFC 6901).
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    /// The member names and element positions from the root.
    public let tokens: [String]

    /// Reads the text form: empty for the root, otherwise each token after a `/`; throws `.invalidFormat`.
    public init(parsing text: String) throws(ModelError) {
        guard !text.isEmpty else {
            tokens = []
            return
        }
        guard text.utf8.first == UInt8(ascii: "/") else {
            throw ModelError(.invalidFormat, "'\(text.shownInMessage)' is not a JSON pointer: begin it with '/'")
        }
        var tokens: [String] = []
        // By bytes: a combining mark after a slash makes one character of both.
        for raw in text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let token = Self.unescape(Substring(raw)) else {
                throw ModelError(
                    .invalidFormat,
                    "'\(text.shownInMessage)' is not a JSON pointer: '~' must be followed by 0 or 1")
            }
            tokens.append(token)
        }
        self.tokens = tokens
    }

    /// The text form.
    public var description: String {
        tokens.map { token in
            var escaped = "/"
            for character in token.unicodeScalars {
                switch character {
                case "~": escaped += "~0"
                case "/": escaped += "~1"
                default: escaped.unicodeScalars.append(character)
                }
            }
            return escaped
        }.joined()
    }

    private static func unescape(_ raw: Substring) -> String? {
        var token = ""
        var scalars = raw.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "~" else {
                token.unicodeScalars.append(scalar)
                continue
            }
            switch scalars.next() {
            case "0": token += "~"
            case "1": token += "/"
            default: return nil
            }
        }
        return token
    }
}
