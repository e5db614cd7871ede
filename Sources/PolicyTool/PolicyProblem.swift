public import Rego

/// What is wrong with what a policy command was given, as OPA reports it.
public struct PolicyProblem: Error, Sendable, Hashable {
    /// What is wrong, for people.
    public let message: String
    /// The kind of the error, where it is one of the language.
    public let code: String?
    /// Where it is wrong, where that is known.
    public let location: SourceLocation?

    /// Makes a problem.
    public init(_ message: String, code: String? = nil, location: SourceLocation? = nil) {
        self.message = message
        self.code = code
        self.location = location
    }

    /// The problem that an error of the language is.
    public init(_ error: RegoError) {
        self.init(error.message, code: error.code.rawValue, location: error.location)
    }

    /// One line: where, the code, what.
    public var line: String {
        let place = location.map { $0.file.isEmpty ? "\($0.row):\($0.column): " : "\($0.file):\($0.row): " }
        return (place ?? "") + (code.map { "\($0): " } ?? "") + message
    }
}

/// All that is wrong; there is at least one problem.
public struct PolicyProblems: Error, Sendable, Hashable {
    /// The problems, in the order they were met.
    public let problems: [PolicyProblem]
    /// Whether files could not be loaded, so that nothing was compiled.
    public let isLoading: Bool

    init(_ problems: [PolicyProblem], isLoading: Bool) {
        self.problems = problems
        self.isLoading = isLoading
    }

    init(_ errors: RegoErrors) {
        self.init(errors.errors.map(PolicyProblem.init), isLoading: false)
    }

    /// How the problems are told to people.
    public var text: String {
        let occurred = isLoading ? "occurred during loading:" : "occurred:"
        guard problems.count != 1 else { return "1 error \(occurred) \(problems[0].line)" }
        return "\(problems.count) errors \(occurred)\n" + problems.map(\.line).joined(separator: "\n")
    }
}
