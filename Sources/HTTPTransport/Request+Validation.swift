internal import CCurl

extension Request {
    /// Refuses a request that libcurl would send as something else than it says.
    func validate() throws(TransportError) {
        try validateMethod()
        try validateURL()
        for field in headers.fields { try validate(field) }
        for (name, limit) in [("timeout", timeout), ("connectTimeout", connectTimeout), ("idleTimeout", idleTimeout)] {
            guard let limit, limit <= .zero else { continue }
            throw invalid("its \(name) is not above zero")
        }
        guard responseSizeMaximum >= 0, redirectsMaximum >= 0 else { throw invalid("a limit is negative") }
        if let path = unixSocketPath, path.isEmpty || path.utf8.contains(0) {
            throw invalid("'\(path)' cannot be the path of a Unix socket")
        }
        if let file = certificateAuthorityFile, file.isEmpty || file.utf8.contains(0) {
            throw invalid("'\(file)' cannot be the path of a file of authorities")
        }
        if case .url(let proxy) = proxy { try validate(proxy: proxy) }
    }

    private func validateMethod() throws(TransportError) {
        let token = method.rawValue
        guard !token.isEmpty, token.utf8.count <= 32, token.utf8.allSatisfy(HeaderFields.isTokenByte) else {
            throw TransportError(.invalidRequest, "cannot send a request: its method is not an HTTP token")
        }
        guard token != "CONNECT" else { throw invalid("CONNECT is the transport's own") }
    }

    private func validateURL() throws(TransportError) {
        try Curl.requireReady()
        guard let handle = ccurl_url() else { throw TransportError(.resources, "cannot read a URL: out of memory") }
        defer { ccurl_url_cleanup(handle) }
        guard !url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw invalid("its URL holds a space or a control character; percent-encode it")
        }
        guard ccurl_url_set(handle, CURLUPART_URL, url, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK,
            let scheme = RedactedURL.part(CURLUPART_SCHEME, of: handle)
        else { throw invalid("its URL is not an absolute URL") }
        guard ["http", "https"].contains(scheme) else {
            throw invalid("only http and https are allowed, not '\(scheme)'")
        }
    }

    private func validate(_ field: HeaderFields.Field) throws(TransportError) {
        guard !field.name.isEmpty, field.name.utf8.allSatisfy(HeaderFields.isTokenByte) else {
            throw invalid("a header field's name is not an HTTP token")
        }
        guard !field.value.utf8.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) else {
            throw invalid("the header field '\(field.name)' holds a control character")
        }
        let owned = ["content-length", "transfer-encoding", "connection", "expect", "upgrade", "te"]
        guard !owned.contains(field.name.lowercased()) else {
            throw invalid("the header field '\(field.name)' is the transport's own")
        }
    }

    private func validate(proxy: String) throws(TransportError) {
        let schemes = ["http://", "https://", "socks5://", "socks5h://"]
        guard schemes.contains(where: proxy.hasPrefix), !proxy.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else {
            throw invalid("its proxy is not an http, https, socks5 or socks5h URL")
        }
    }

    private func invalid(_ reason: String) -> TransportError {
        TransportError(.invalidRequest, "cannot \(method.rawValue) \(RedactedURL(url)): \(reason)")
    }
}
