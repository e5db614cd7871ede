/// One outgoing HTTP/1.1 request and every limit that it is held to.
public struct Request: Sendable {
    /// An HTTP method; the methods of RFC 9110 are members, others are made from their token.
    public struct Method: RawRepresentable, Sendable, Hashable {
        /// The method's token, as sent.
        public let rawValue: String

        /// Makes a method from its token, which is checked when the request is sent.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// Reads a resource.
        public static let get = Method(rawValue: "GET")
        /// Reads a resource's head only.
        public static let head = Method(rawValue: "HEAD")
        /// Hands the body to the resource.
        public static let post = Method(rawValue: "POST")
        /// Replaces the resource.
        public static let put = Method(rawValue: "PUT")
        /// Changes part of the resource.
        public static let patch = Method(rawValue: "PATCH")
        /// Removes the resource.
        public static let delete = Method(rawValue: "DELETE")
    }

    /// Where a request is sent through.
    public enum Proxy: Sendable, Equatable {
        /// What `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` say.
        case environment
        /// Straight to the server.
        case none
        /// This proxy: `http://`, `https://` or `socks5h://` with host and port.
        case url(String)
    }

    /// The method.
    public var method: Method
    /// An absolute `http` or `https` URL; other schemes are refused.
    public var url: String
    /// Fields sent besides those that the transport owns (`Content-Length`, `Transfer-Encoding`, `Connection`).
    public var headers: HeaderFields
    /// The body; empty for none.
    public var body: [UInt8]
    /// The longest time from `send` to the end of the answer, or from `stream` to its head; waiting for a place counts.
    public var timeout: Duration
    /// The longest time for resolving, connecting and the TLS handshake.
    public var connectTimeout: Duration
    /// The longest time in which no byte moves; `nil` for no such limit.
    public var idleTimeout: Duration?
    /// The most bytes of body that `send` takes before it gives up with `tooLarge`; streams are not limited by it.
    public var responseSizeMaximum: Int
    /// How many redirects are followed, for GET and HEAD only; others hand the redirect back as the answer.
    public var redirectsMaximum: Int
    /// The Unix socket to connect to; the URL's host is then only what the `Host` field says, and no proxy is used.
    public var unixSocketPath: String?
    /// The proxy.
    public var proxy: Proxy
    /// A PEM file with the authorities to trust instead of the system's; certificates are verified in any case.
    public var certificateAuthorityFile: String?

    /// Makes a request; every limit has a default that suits a probe or an API call.
    public init(
        _ method: Method = .get, _ url: String, headers: HeaderFields = HeaderFields(), body: [UInt8] = [],
        timeout: Duration = .seconds(30), connectTimeout: Duration = .seconds(10), idleTimeout: Duration? = nil,
        responseSizeMaximum: Int = 4 << 20, redirectsMaximum: Int = 0, unixSocketPath: String? = nil,
        proxy: Proxy = .environment, certificateAuthorityFile: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.idleTimeout = idleTimeout
        self.responseSizeMaximum = responseSizeMaximum
        self.redirectsMaximum = redirectsMaximum
        self.unixSocketPath = unixSocketPath
        self.proxy = proxy
        self.certificateAuthorityFile = certificateAuthorityFile
    }

    /// Whether redirects are followed: only where repeating the request elsewhere changes nothing.
    var followsRedirects: Bool {
        redirectsMaximum > 0 && (method == .get || method == .head)
    }
}
