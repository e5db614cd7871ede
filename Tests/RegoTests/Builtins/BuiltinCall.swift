import Testing

@testable import Rego

/// One call of a built-in: the arguments as JSON, and the result as JSON, or the error.
struct BuiltinCall: Sendable, CustomTestStringConvertible {
    let name: String
    let arguments: String
    let result: String

    init(_ name: String, _ arguments: String, _ result: String) {
        self.name = name
        self.arguments = arguments
        self.result = result
    }

    var testDescription: String { "\(name)(\(arguments))" }

    /// The result as JSON, `undefined`, or `error: ` with the message.
    func outcome(_ context: BuiltinContext = testContext()) throws -> String {
        let declaration = try #require(Builtins.all[name], "no built-in is called \(name)")
        guard case .array(let values) = try RegoValue(json: "[\(arguments)]") else { return "no list" }
        do {
            return try declaration.evaluate(context, Array(values))?.json ?? "undefined"
        } catch {
            return "error: \(error.message)"
        }
    }
}
