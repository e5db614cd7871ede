internal import CCurl

extension Transfer {
    func readLong(_ item: CURLINFO) -> Int {
        var value = 0
        return ccurl_easy_read_long(easy, item, &value) == CURLE_OK ? value : 0
    }

    func readOffset(_ item: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        return ccurl_easy_read_offset(easy, item, &value) == CURLE_OK ? Int64(value) : 0
    }

    func timings() -> Response.Timings {
        func time(_ item: CURLINFO) -> Duration { .microseconds(readOffset(item)) }
        return Response.Timings(
            resolved: time(CURLINFO_NAMELOOKUP_TIME_T), connected: time(CURLINFO_CONNECT_TIME_T),
            secured: time(CURLINFO_APPCONNECT_TIME_T), firstByte: time(CURLINFO_STARTTRANSFER_TIME_T),
            total: time(CURLINFO_TOTAL_TIME_T))
    }

    /// The URL that answered, redacted.
    func effectiveURL() -> String {
        // Safety: the string belongs to the handle and is copied at once.
        var text: UnsafeMutablePointer<CChar>?
        guard ccurl_easy_read_string(easy, CURLINFO_EFFECTIVE_URL, &text) == CURLE_OK, let text else {
            return RedactedURL(order.request.url).description
        }
        return RedactedURL(String(cString: text)).description
    }
}

extension TransportError.Code {
    /// The code for what libcurl ended with.
    init(_ code: CURLcode) {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST: self = .resolve
        case CURLE_COULDNT_CONNECT: self = .connect
        case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: self = .proxy
        case CURLE_OPERATION_TIMEDOUT: self = .timeout
        case CURLE_TOO_MANY_REDIRECTS: self = .tooManyRedirects
        case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR: self = .closed
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: self = .resources
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_SHUTDOWN_FAILED,
            CURLE_USE_SSL_FAILED:
            self = .tls
        default: self = .protocol
        }
    }
}
