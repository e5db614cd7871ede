/// Why a built-in gave no value.
public struct BuiltinError: Error, Hashable {
    /// What follows from the failure.
    public enum Kind: Sendable, Hashable {
        /// An operand is of the wrong type: undefined, or `eval_type_error` where built-in errors are strict.
        case type
        /// The operands have no answer: undefined, or `eval_builtin_error` where built-in errors are strict.
        case builtin
        /// The evaluation ends, strict or not.
        case halt(Halt)
    }

    /// Why an evaluation ends inside a built-in.
    public enum Halt: Sendable, Hashable {
        /// The caller cancelled it, or its time is over.
        case cancelled
        /// It took more steps than it may.
        case steps
        /// It made more than its memory may hold.
        case memory
        /// The built-in itself asks for it: `http.send` with `raise_error`, a conflict.
        case failure
    }

    /// What follows.
    public let kind: Kind
    /// What is wrong, without the name of the built-in.
    public let message: String

    /// Makes an error.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// An ordinary failure.
    public init(_ message: String) { self.init(.builtin, message) }

    /// OPA's code of the error.
    public var code: String {
        switch kind {
        case .type: "eval_type_error"
        case .builtin: "eval_builtin_error"
        case .halt(.cancelled): "eval_cancel_error"
        case .halt: "eval_internal_error"
        }
    }

    /// True when the evaluation ends, strict or not.
    public var isHalting: Bool {
        if case .halt = kind { return true }
        return false
    }

    /// The message with the name of the built-in before it, as OPA reports it.
    public func message(in name: String) -> String { isHalting ? message : "\(name): \(message)" }
}

extension BuiltinError {
    /// An operand is of the wrong kind; positions count from 1.
    static func operand(_ position: Int, _ value: RegoValue, _ expected: String...) -> BuiltinError {
        if expected.count == 1 {
            return BuiltinError(.type, "operand \(position) must be \(expected[0]) but got \(value.typeName)")
        }
        let list = expected.joined(separator: ", ")
        return BuiltinError(.type, "operand \(position) must be one of {\(list)} but got \(value.typeName)")
    }

    /// An operand holds an element of the wrong kind.
    static func element(
        _ position: Int, of composite: RegoValue, _ value: RegoValue, _ expected: String...
    ) -> BuiltinError {
        let kind = composite.typeName
        let got = "but got \(kind) containing \(value.typeName)"
        if expected.count == 1 {
            return BuiltinError(.type, "operand \(position) must be \(kind) of \(expected[0])s \(got)")
        }
        let list = expected.joined(separator: ", ")
        return BuiltinError(.type, "operand \(position) must be \(kind) of (any of) {\(list)} \(got)")
    }

    /// An operand is none of the values it may be.
    static func enumeration(_ position: Int, _ expected: String...) -> BuiltinError {
        if expected.count == 1 { return BuiltinError(.type, "operand \(position) must be \(expected[0])") }
        return BuiltinError(.type, "operand \(position) must be one of {\(expected.joined(separator: ", "))}")
    }

    /// An operand is wrong in a way of its own.
    static func operand(_ position: Int, message: String) -> BuiltinError {
        BuiltinError(.type, "operand \(position) \(message)")
    }
}
