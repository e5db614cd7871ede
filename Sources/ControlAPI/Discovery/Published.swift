internal import Model

/// A document that does not change while the server runs: clients keep it and ask by its hash.
struct Published: Sendable {
    let bytes: [UInt8]
    /// The hash of the bytes in hexadecimal digits.
    let hash: String

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        hash = ContentDigest(hashing: bytes).hex.uppercased()
    }

    /// The document, or 304 where the client has it.
    ///
    /// Whoever asks with the hash of the document may keep the answer for ever.
    func response(_ request: APIRequest, contentType: String, isForEver: Bool = false) -> APIResponse {
        let tag = "\"\(hash)\""
        let known = request.values(of: "If-None-Match").flatMap { value -> [String] in
            value.split(separator: ",").map { $0.filter { $0 != " " } }
        }
        let isKnown = known.contains(tag) || known.contains("W/" + tag)
        var response = APIResponse(
            status: isKnown ? 304 : 200, contentType: contentType, body: .bytes(isKnown ? [] : bytes))
        response.headers = [
            ("ETag", tag), ("Vary", "Accept"),
            ("Cache-Control", isForEver ? "public, immutable, max-age=31536000" : "no-cache, private"),
        ]
        return response
    }
}
