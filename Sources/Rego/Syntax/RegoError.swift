/// What went wrong in a policy or in its evaluation, with OPA's code.
public struct RegoError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of an error; open, for OPA may add more.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The code as OPA writes it.
        public let rawValue: String

        /// Makes a code.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The source is not well formed.
        public static let parse = Code(rawValue: "rego_parse_error")
        /// The compiler refuses the module.
        public static let compile = Code(rawValue: "rego_compile_error")
        /// A name, a type or the number of arguments is wrong.
        public static let type = Code(rawValue: "rego_type_error")
        /// A variable is never bound.
        public static let unsafeVariable = Code(rawValue: "rego_unsafe_var_error")
        /// A rule refers to itself.
        public static let recursion = Code(rawValue: "rego_recursion_error")
        /// Two rules or solutions give different values.
        public static let conflict = Code(rawValue: "eval_conflict_error")
        /// A built-in function was given a value of the wrong type.
        public static let evaluationType = Code(rawValue: "eval_type_error")
        /// A built-in function failed.
        public static let builtin = Code(rawValue: "eval_builtin_error")
        /// The evaluation was cancelled.
        public static let cancelled = Code(rawValue: "eval_cancel_error")
        /// A `with` modifier cannot be applied.
        public static let withMerge = Code(rawValue: "eval_with_merge_error")
        /// A limit of the evaluation was reached.
        public static let limit = Code(rawValue: "eval_limit_error")
        /// The evaluator met a state that should not be.
        public static let `internal` = Code(rawValue: "eval_internal_error")
    }

    /// The kind of the error.
    public let code: Code
    /// What is wrong, for people.
    public let message: String
    /// Where it is wrong, where that is known.
    public let location: SourceLocation?

    /// Makes an error.
    public init(code: Code, message: String, location: SourceLocation? = nil) {
        self.code = code
        self.message = message
        self.location = location
    }

    /// One line as OPA prints it.
    public var description: String {
        guard let location else { return "\(code.rawValue): \(message)" }
        let file = location.file.isEmpty ? "" : "\(location.file):"
        return "\(file)\(location.row): \(code.rawValue): \(message)"
    }
}

/// All that is wrong with a policy; there is at least one error.
public struct RegoErrors: Error, Sendable, Hashable, CustomStringConvertible {
    /// The errors, in the order of their places.
    public let errors: [RegoError]

    /// Makes a list of errors.
    public init(_ errors: [RegoError]) {
        self.errors = errors
    }

    /// The errors as OPA prints them.
    public var description: String {
        guard errors.count != 1 else { return "1 error occurred: \(errors[0])" }
        return "\(errors.count) errors occurred:\n" + errors.map(\.description).joined(separator: "\n")
    }
}
