import Rego

/// Compiles modules and runs a query, as tests say it.
func evaluate(
    _ query: String, modules: [String] = [], data: RegoValue = .object(RegoObject()), input: RegoValue? = nil,
    version: RegoVersion = .v1, options: EvaluationOptions = EvaluationOptions()
) throws -> RegoResults {
    let parsed = try modules.enumerated().map { index, text in
        try RegoModule(parsing: text, name: "test-\(index).rego", version: version)
    }
    return try RegoEngine(modules: parsed, data: data).prepare(query).evaluate(input: input, options: options)
}

/// The errors of a module that must not compile.
func errors(_ text: String, version: RegoVersion = .v1) -> [RegoError] {
    do {
        _ = try RegoEngine(modules: [try RegoModule(parsing: text, name: "test.rego", version: version)])
        return []
    } catch {
        return error.errors
    }
}

/// `code: message` of each error.
func described(_ errors: [RegoError]) -> [String] {
    errors.map { "\($0.code.rawValue): \($0.message)" }
}
