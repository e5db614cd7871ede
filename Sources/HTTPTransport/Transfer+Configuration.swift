internal import CCurl
internal import Glibc

extension Transfer {
    /// Sets every option; libcurl copies all strings that it is given.
    func configure() throws(TransportError) {
        try configureLimits()
        try configureTarget()
        try configureTrust()
        try configureMethod()
        try configureHeaders()
        // Safety: close() frees the handle before this object goes, so the callbacks never see a dangling context.
        let context = Unmanaged.passUnretained(self).toOpaque()
        try check(ccurl_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText))
        try check(ccurl_easy_set_header_callback(easy, receiveHeaderBytes, context))
        try check(ccurl_easy_set_body_callback(easy, receiveBodyBytes, context))
        try check(ccurl_easy_set_open_socket_callback(easy, openSocket, nil))
    }

    private func configureLimits() throws(TransportError) {
        let connectTimeout = Self.milliseconds(order.request.connectTimeout)
        try set(CURLOPT_CONNECTTIMEOUT_MS, connectTimeout)
        try set(CURLOPT_NOSIGNAL, 1)
        // Without it, taking back a transfer waits until the resolver's thread has its answer.
        try set(CURLOPT_QUICK_EXIT, 1)
        try set(CURLOPT_NOPROGRESS, 1)
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        try set(CURLOPT_FOLLOWLOCATION, order.request.followsRedirects ? 1 : 0)
        try set(CURLOPT_MAXREDIRS, order.request.redirectsMaximum)
    }

    private func configureTarget() throws(TransportError) {
        let request = order.request
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        // An answer over TLS must not send the rest of the exchange out in clear.
        let isSecure = request.url.lowercased().hasPrefix("https:")
        try set(CURLOPT_REDIR_PROTOCOLS_STR, isSecure ? "https" : "http,https")
        try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        try set(CURLOPT_URL, request.url)
        if let path = request.unixSocketPath {
            try configureSocket(path)
            try set(CURLOPT_PROXY, "")
            return
        }
        switch request.proxy {
        case .environment: break
        case .none: try set(CURLOPT_PROXY, "")
        case .url(let proxy): try set(CURLOPT_PROXY, proxy)
        }
    }

    private func configureSocket(_ path: String) throws(TransportError) {
        guard path.utf8.count > Self.socketPathMaximum else {
            return try set(CURLOPT_UNIX_SOCKET_PATH, path)
        }
        // A socket address holds 107 bytes; a longer path is reached through a descriptor of its directory. libcurl
        // reuses connections by path, which here means nothing beyond this transfer.
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        let directory = String(path.dropLast(name.utf8.count))
        socketDirectory = open(directory, Int32(CCURL_OPEN_PATH) | O_DIRECTORY | O_CLOEXEC)
        guard socketDirectory >= 0 else {
            throw order.error(.connect, "cannot open '\(directory)': errno \(errno)")
        }
        try set(CURLOPT_UNIX_SOCKET_PATH, "/proc/self/fd/\(socketDirectory)/\(name)")
        try set(CURLOPT_FRESH_CONNECT, 1)
        try set(CURLOPT_FORBID_REUSE, 1)
    }

    private func configureTrust() throws(TransportError) {
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        guard let file = order.request.certificateAuthorityFile else { return }
        try set(CURLOPT_CAINFO, file)
        try check(ccurl_easy_set_string(easy, CURLOPT_CAPATH, nil))
    }

    private func configureMethod() throws(TransportError) {
        let request = order.request
        if request.method == .head, request.body.isEmpty { return try set(CURLOPT_NOBODY, 1) }
        let hasBody = !request.body.isEmpty || [.post, .put, .patch].contains(request.method)
        try set(hasBody ? CURLOPT_POST : CURLOPT_HTTPGET, 1)
        if request.method != (hasBody ? .post : .get) { try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue) }
        guard hasBody else { return }
        try check(ccurl_easy_set_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count)))
        // Safety: libcurl copies the bytes within the call; an empty array may have no address, so it passes one byte.
        let code = (request.body.isEmpty ? [0] : request.body).withUnsafeBytes { bytes in
            ccurl_easy_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: bytes.baseAddress))
        }
        try check(code)
    }

    private func configureHeaders() throws(TransportError) {
        let headers = order.request.headers
        // libcurl waits a second for leave to send a large body, and calls every body a form, unless told otherwise.
        try append("Expect:")
        if headers["Content-Type"] == nil { try append("Content-Type:") }
        if headers["User-Agent"] == nil { try append("User-Agent: \(order.userAgent)") }
        for field in headers.fields {
            try append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        try check(ccurl_easy_set_list(easy, CURLOPT_HTTPHEADER, headerList))
    }

    private func append(_ line: String) throws(TransportError) {
        guard let list = ccurl_slist_append(headerList, line) else { throw outOfMemory() }
        headerList = list
    }

    private func set(_ option: CURLoption, _ value: Int) throws(TransportError) {
        try check(ccurl_easy_set_long(easy, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(TransportError) {
        try check(ccurl_easy_set_string(easy, option, value))
    }

    private func check(_ code: CURLcode) throws(TransportError) {
        guard code != CURLE_OK else { return }
        guard code != CURLE_OUT_OF_MEMORY else { throw outOfMemory() }
        throw order.error(.invalidRequest, "libcurl refused an option: \(String(cString: ccurl_easy_strerror(code)))")
    }

    private func outOfMemory() -> TransportError {
        order.error(.resources, "libcurl has no memory for the request")
    }

    /// The longest path that fits a socket address with its closing zero.
    static let socketPathMaximum = 107

    /// A duration in whole milliseconds, at least one, and short enough for libcurl.
    static func milliseconds(_ duration: Duration) -> Int {
        let parts = duration.components
        guard parts.seconds < 1_000_000 else { return 1_000_000_000 }
        return max(1, Int(parts.seconds) * 1000 + Int(parts.attoseconds / 1_000_000_000_000_000))
    }
}

// Safety: libcurl calls this on the transport's thread while the transfer is open, with the context it was given and
// `size * count` readable bytes.
private func receiveHeaderBytes(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    let line = [UInt8](UnsafeRawBufferPointer(start: bytes, count: size * count))
    return transfer.receiveHeader(line) ? size * count : 0
}

// Safety: as for the header bytes.
private func receiveBodyBytes(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    switch transfer.receiveBody([UInt8](UnsafeRawBufferPointer(start: bytes, count: size * count))) {
    case .taken: return size * count
    case .full: return Int(CURL_WRITEFUNC_PAUSE)
    case .abandoned: return size * count == 0 ? 1 : 0
    }
}

// Safety: libcurl passes a valid address description for the length of the call.
private func openSocket(
    _ context: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let address else { return -1 }
    let kind = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
    return socket(address.pointee.family, kind, address.pointee.protocol)
}
