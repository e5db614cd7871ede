/// What built-ins of one evaluation share: its one time, its randomness, its limits and what of the world it may reach.
///
/// One evaluation has one context and uses it from one thread at a time.
public final class BuiltinContext {
    /// What an evaluation may reach of the world; all of it is injected.
    public struct World: Sendable {
        /// Sends an HTTP request for `http.send`; nil when that is not allowed.
        public var transport: (@Sendable (RegoHTTPRequest) throws -> RegoHTTPResponse)?
        /// Finds the addresses of a name for `net.lookup_ip_addr`; nil when that is not allowed.
        public var lookup: (@Sendable (String) throws -> [String])?
        /// What `opa.runtime` answers: `config`, `env`, `version`, `commit`.
        public var runtime: RegoObject

        /// Makes a world that reaches nothing.
        public init(runtime: RegoObject = RegoObject()) {
            self.transport = nil
            self.lookup = nil
            self.runtime = runtime
        }
    }

    /// The time of the evaluation, in nanoseconds since 1970.
    public let now: Int64
    /// What the evaluation may reach of the world.
    public let world: World
    /// True when `trace` notes are wanted.
    public var isTracing = false
    /// The notes of `trace`, when wanted.
    public var notes: [String] = []
    /// Receives what `print` and `trace` say, when set.
    public var sink: ((String) -> Void)?
    // Safety: one evaluation uses its context from one thread, and no call reaches the counters while they change.
    /// The steps that are left.
    @exclusivity(unchecked) public var steps: Int
    /// The bytes that are left.
    @exclusivity(unchecked) public var bytes: Int
    /// What built-ins keep between evaluations: compiled expressions, parsed schemas.
    public let cache: BuiltinCache
    /// What built-ins keep within the evaluation, under name and arguments.
    var kept: [RegoValue: RegoValue] = [:]
    var random: SeededRandom

    private let interruption: (@Sendable () -> BuiltinError.Halt?)?
    @exclusivity(unchecked) private var sinceInterruptionCheck = 0

    /// Makes a context; `interruption` answers why the evaluation must end, and is asked often.
    public init(
        now: Int64, seed: UInt64, world: World = World(), cache: BuiltinCache = BuiltinCache(), steps: Int = .max,
        bytes: Int = .max, interruption: (@Sendable () -> BuiltinError.Halt?)? = nil
    ) {
        self.now = now
        self.world = world
        self.cache = cache
        self.steps = steps
        self.bytes = bytes
        self.random = SeededRandom(seed: seed)
        self.interruption = interruption
    }

    /// Takes memory from the limit.
    @inline(__always)
    public func charge(bytes count: Int) throws(BuiltinError) {
        bytes &-= count
        if bytes < 0 { throw BuiltinError(.halt(.memory), "the evaluation needs more memory than its limit allows") }
    }

    /// Takes steps from the limit, and asks now and then whether the evaluation goes on.
    @inline(__always)
    public func spend(steps count: Int = 1) throws(BuiltinError) {
        steps &-= count
        sinceInterruptionCheck &+= count
        if steps < 0 || sinceInterruptionCheck >= 4096 { try checkInterruption() }
    }

    private func checkInterruption() throws(BuiltinError) {
        sinceInterruptionCheck = 0
        if steps < 0 { throw BuiltinError(.halt(.steps), "the evaluation takes more steps than its limit allows") }
        if let reason = interruption?() { throw BuiltinError(.halt(reason), "caller cancelled query execution") }
    }
}

/// A request of `http.send`.
public struct RegoHTTPRequest: Sendable {
    /// The method, in capitals.
    public var method: String
    /// The address.
    public var url: String
    /// The header fields, in order of their names.
    public var headers: [(name: String, value: String)]
    /// The body, which may be empty.
    public var body: [UInt8]
    /// How long the request may take, in nanoseconds.
    public var timeout: Int64
    /// Whether redirections are followed.
    public var followsRedirects: Bool
    /// The whole request object of the policy, for TLS settings and what else a transport knows.
    public var options: RegoObject
}

/// An answer to a request of `http.send`.
public struct RegoHTTPResponse: Sendable {
    /// The status code.
    public var status: Int
    /// The status line's text, such as `200 OK`.
    public var statusText: String
    /// The header fields.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: [UInt8]

    /// Makes an answer.
    public init(status: Int, statusText: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.statusText = statusText
        self.headers = headers
        self.body = body
    }
}
