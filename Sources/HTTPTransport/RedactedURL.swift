internal import CCurl

/// A URL as messages may show it: without user, password, query values and fragment.
struct RedactedURL: Sendable, CustomStringConvertible {
    let description: String

    init(_ url: String) {
        description = Self.redact(url) ?? "(a URL that cannot be read)"
    }

    private static func redact(_ url: String) -> String? {
        guard Curl.isReady, let handle = ccurl_url() else { return nil }
        defer { ccurl_url_cleanup(handle) }
        let flags = UInt32(CURLU_NON_SUPPORT_SCHEME)
        guard ccurl_url_set(handle, CURLUPART_URL, url, flags) == CURLUE_OK else { return nil }
        var hasQuery = false
        if let query = part(CURLUPART_QUERY, of: handle) { hasQuery = !query.isEmpty }
        for secret in [CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_QUERY, CURLUPART_FRAGMENT] {
            ccurl_url_set(handle, secret, nil, 0)
        }
        guard let text = part(CURLUPART_URL, of: handle) else { return nil }
        return hasQuery ? text + "?…" : text
    }

    /// One part of a URL, or `nil` if it has none.
    static func part(_ part: CURLUPart, of handle: OpaquePointer) -> String? {
        // Safety: libcurl allocates the string, which is copied and freed before this returns.
        var text: UnsafeMutablePointer<CChar>?
        guard ccurl_url_get(handle, part, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { ccurl_free(text) }
        return String(cString: text)
    }
}
