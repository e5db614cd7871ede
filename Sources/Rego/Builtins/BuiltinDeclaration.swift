/// A function of Rego that is written in Swift: its name, its type and what it does.
public struct BuiltinDeclaration: Sendable {
    /// What a built-in does with its arguments, as many as its type says: a value, or nil for undefined.
    public typealias Evaluation = @Sendable (BuiltinContext, [RegoValue]) throws(BuiltinError) -> RegoValue?

    /// The full name, such as `array.concat`.
    public let name: String
    /// The operator it stands for, such as `+`.
    public let infix: String?
    /// The type of the function.
    public let type: RegoType
    /// True when two calls with the same arguments may differ between evaluations.
    public let isNondeterministic: Bool
    /// True when it relates its argument to many results, as `walk` does.
    public let isRelation: Bool
    /// True when modules of version 1, and strict ones, may not call it.
    public let isDeprecated: Bool
    /// What it does.
    public let evaluate: Evaluation

    /// Makes a declaration.
    public init(
        _ name: String, _ arguments: [RegoType], _ result: RegoType?, infix: String? = nil, variadic: RegoType? = nil,
        isNondeterministic: Bool = false, isRelation: Bool = false, isDeprecated: Bool = false,
        evaluate: @escaping Evaluation
    ) {
        self.name = name
        self.infix = infix
        self.type = .function(arguments, variadic: variadic, result: result)
        self.isNondeterministic = isNondeterministic
        self.isRelation = isRelation
        self.isDeprecated = isDeprecated
        self.evaluate = evaluate
    }

    /// How many arguments it takes at least.
    public var arity: Int {
        if case .function(let arguments, _, _) = type { return arguments.count }
        return 0
    }
}
