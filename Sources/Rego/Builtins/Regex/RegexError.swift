/// Why a text is no regular expression, in Go's words.
struct RegexError: Error, Hashable {
    let reason: String
    let excerpt: String

    init(_ reason: String, _ excerpt: String) {
        self.reason = reason
        self.excerpt = excerpt
    }

    init(_ reason: String, _ excerpt: ArraySlice<UInt32>) {
        self.init(reason, RegoString(runes: excerpt).string)
    }

    var message: String { "error parsing regexp: \(reason): `\(excerpt)`" }
}
