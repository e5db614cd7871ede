/// How one evaluation runs.
public struct EvaluationOptions: Sendable {
    /// What an evaluation may use up; beyond it, it ends with an error.
    public struct Limits: Sendable {
        /// The steps: elements visited, rules and built-ins called.
        public var steps: Int
        /// The bytes that values may take while they are made.
        public var bytes: Int
        /// How deep rules may refer to each other.
        public var depth: Int
        /// How many results a query may have.
        public var results: Int

        /// Makes limits.
        public init(
            steps: Int = 1_000_000_000, bytes: Int = 1 << 30, depth: Int = 10_000, results: Int = 1_000_000
        ) {
            self.steps = steps
            self.bytes = bytes
            self.depth = depth
            self.results = results
        }
    }

    /// What may be used up.
    public var limits: Limits
    /// Whether the failure of a built-in ends the evaluation.
    public var isStrict: Bool
    /// The time of the evaluation, in nanoseconds since 1970.
    public var now: Int64
    /// What random built-ins start from.
    public var seed: UInt64
    /// What built-ins may reach of the world.
    public var world: BuiltinContext.World
    /// Receives what `print` says; nil drops it.
    public var sink: (@Sendable (String) -> Void)?
    /// Answers why the evaluation must end; it is asked every few thousand steps.
    public var interruption: (@Sendable () -> BuiltinError.Halt?)?
    /// Is told what the evaluation does, when the query was prepared to be traced.
    public var tracer: (@Sendable (TraceEvent) -> Void)?

    /// Makes options; time and seed are the caller's, so that an evaluation can be repeated.
    public init(
        limits: Limits = Limits(), isStrict: Bool = false, now: Int64 = 0, seed: UInt64 = 0,
        world: BuiltinContext.World = BuiltinContext.World(), sink: (@Sendable (String) -> Void)? = nil,
        interruption: (@Sendable () -> BuiltinError.Halt?)? = nil
    ) {
        self.limits = limits
        self.isStrict = isStrict
        self.now = now
        self.seed = seed
        self.world = world
        self.sink = sink
        self.interruption = interruption
    }
}

/// What a query gave.
public struct RegoResults: Sendable {
    /// One expression of the query with its value.
    public struct Expression: Sendable {
        /// The value; true for an expression that only has to hold.
        public let value: RegoValue
        /// Where it stands in the query, with its text.
        public let location: SourceLocation
    }

    /// One way in which the query holds.
    public struct Row: Sendable {
        /// The variables of the query.
        public let bindings: [String: RegoValue]
        /// The expressions, as they were written.
        public let expressions: [Expression]
    }

    /// What an evaluation used up of its limits.
    public struct Usage: Sendable, Hashable {
        /// The steps that were taken.
        public let steps: Int
        /// The bytes that values took while they were made; what was given back counts too.
        public let bytes: Int
    }

    /// The ways in which the query holds, in the order they were found; none when it is undefined.
    public let rows: [Row]
    /// What built-ins failed with, where that only made an expression undefined.
    public let builtinErrors: [RegoError]
    /// What the evaluation used up of its limits.
    public let usage: Usage

    /// The value of a query of one expression, or nil when it is undefined.
    public var value: RegoValue? { rows.first?.expressions.first?.value }
}
