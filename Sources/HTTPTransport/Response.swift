/// The head of an answer: what is known before its body.
public struct ResponseHead: Sendable, Equatable {
    /// The status code, 200 to 999.
    public var status: Int
    /// The header fields of the final answer, not those of redirects.
    public var headers: HeaderFields

    /// Makes a head.
    public init(status: Int, headers: HeaderFields = HeaderFields()) {
        self.status = status
        self.headers = headers
    }

    /// Whether the status is one of success, 200 to 299.
    public var isSuccess: Bool { (200..<300).contains(status) }
}

/// A whole answer, held in memory.
public struct Response: Sendable {
    /// How long each phase took, counted from the moment the transfer started.
    public struct Timings: Sendable, Equatable {
        /// Until the name was resolved.
        public var resolved: Duration
        /// Until the connection stood; zero when one was reused.
        public var connected: Duration
        /// Until the TLS handshake was done; zero without TLS or when a connection was reused.
        public var secured: Duration
        /// Until the first byte of the answer.
        public var firstByte: Duration
        /// Until the last byte of the answer.
        public var total: Duration
    }

    /// Status and header fields.
    public var head: ResponseHead
    /// The body's bytes, as sent: no content coding is asked for or undone.
    public var body: [UInt8]
    /// How long each phase took.
    public var timings: Timings
    /// The URL that gave the answer, after redirects, without credentials.
    public var url: String

    /// The status code.
    public var status: Int { head.status }
    /// The header fields.
    public var headers: HeaderFields { head.headers }
}
