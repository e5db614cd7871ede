@testable import Rego

extension FuzzTarget {
    /// Rego to tokens: each stands behind the one before, and within the text.
    static let regoLexer = FuzzTarget(name: "rego-lexer") { input in
        var lexer = Lexer(SourceText(name: "fuzz.rego", bytes: input))
        var end = 0
        do {
            while true {
                let token = try lexer.next()
                let span = token.span
                try FuzzFinding.require(
                    Int(span.start) >= end && span.end >= span.start && Int(span.end) <= input.count,
                    "the token \(token.kind) stands at \(span.start) to \(span.end), behind \(end)")
                if token.kind == .endOfFile { return }
                try FuzzFinding.require(span.end > span.start, "the token \(token.kind) is empty")
                end = Int(span.end)
            }
        } catch let error as RegoError {
            try Self.requirePlace(of: error, in: input)
        }
    }

    /// Rego to modules, of both versions of the language, and to queries.
    static let regoParser = FuzzTarget(name: "rego-parser") { input in
        let text = String(decoding: input, as: UTF8.self)
        for version in [RegoVersion.v0, .v1] {
            do throws(RegoErrors) {
                _ = try RegoModule(parsing: text, name: "fuzz.rego", version: version).ruleHeads
            } catch {
                for error in error.errors { try Self.requirePlace(of: error, in: Array(text.utf8)) }
            }
        }
    }

    /// Modules, with NUL between them, to closures.
    static let regoCompiler = FuzzTarget(name: "rego-compiler") { input in
        let modules = input.texts(1).compactMap { try? RegoModule(parsing: $0, name: "fuzz.rego") }
        do throws(RegoErrors) {
            _ = try RegoEngine(modules: modules, options: RegoEngine.Options(isStrict: input.count % 2 == 0))
                .prepare("data")
        } catch {
            try FuzzFinding.require(!error.errors.isEmpty, "a refusal has no error")
            for error in error.errors {
                try FuzzFinding.require(!error.message.isEmpty, "an error says nothing")
            }
        }
    }

    /// A module, NUL, its input: evaluated twice within limits, which must give the same.
    static let regoEvaluator = FuzzTarget(name: "rego-evaluator") { input in
        let texts = input.texts(2)
        guard let module = try? RegoModule(parsing: texts[0], name: "fuzz.rego"),
            let query = try? RegoEngine(modules: [module], data: ["xs": [1, 2, 3], "names": ["a": "b"]])
                .prepare("data")
        else { return }
        let document = try? RegoValue(json: texts[1])
        var options = EvaluationOptions()
        options.limits = EvaluationOptions.Limits(steps: 20_000, bytes: 1 << 22, depth: 200, results: 1_000)
        var outcomes: [String] = []
        for _ in 0..<2 {
            do {
                let results = try query.evaluate(input: document, options: options)
                outcomes.append(results.rows.map { $0.expressions[0].value.json }.joined(separator: "\n"))
            } catch let error as RegoError {
                try FuzzFinding.require(!error.message.isEmpty, "an error says nothing")
                // What a first run keeps, a second one need not make: it may get further within the same limit.
                if error.code == .limit { return }
                outcomes.append("\(error)")
            }
        }
        try FuzzFinding.require(outcomes[0] == outcomes[1], "a query gives '\(outcomes[0])', then '\(outcomes[1])'")
    }

    /// A built-in function by its name, NUL, the JSON list of its arguments.
    static let regoBuiltins = FuzzTarget(name: "rego-builtins") { input in
        let texts = input.texts(2)
        guard let declaration = Builtins.all[texts[0]], !declaration.isNondeterministic,
            case .array(let arguments)? = try? RegoValue(json: texts[1]), arguments.count == declaration.arity
        else { return }
        let context = BuiltinContext(now: 1_700_000_000_000_000_000, seed: 7, steps: 200_000, bytes: 1 << 22)
        do throws(BuiltinError) {
            _ = try declaration.evaluate(context, Array(arguments))?.json
        } catch {
            try FuzzFinding.require(!error.message.isEmpty, "the error of '\(texts[0])' says nothing")
        }
    }

    /// A regular expression, NUL, a text: the machine and the automaton agree, and groups stand within the match.
    static let regoRegex = FuzzTarget(name: "rego-regex") { input in
        let texts = input.texts(2)
        guard let regex = try? RegoRegex(RegoString(texts[0])) else { return }
        let context = BuiltinContext(now: 0, seed: 0, steps: 2_000_000, bytes: 1 << 22)
        let text = RegoString(texts[1])
        guard let holds = try? regex.matches(text, context),
            let match = try? regex.firstMatch(in: text, from: 0, context)
        else {
            if let found = try? regex.firstMatch(in: text, from: 0, BuiltinContext(now: 0, seed: 0)), context.steps > 0
            {
                try FuzzFinding.require(
                    try regex.matches(text, BuiltinContext(now: 0, seed: 0)), "only the machine finds \(found)")
            }
            return
        }
        try FuzzFinding.require(holds, "only the machine finds \(match)")
        for group in stride(from: 0, to: match.count, by: 2) where match[group] >= 0 {
            try FuzzFinding.require(
                match[group] <= match[group + 1] && match[group] >= 0 && match[group + 1] <= text.utf8Count,
                "a group stands at \(match[group]) to \(match[group + 1])")
        }
        _ = try? regex.replace(text, with: RegoString("<$1>"), context)
    }

    /// What policies read: JSON, which survives its own text, and YAML.
    static let regoValues = FuzzTarget(name: "rego-values") { input in
        if let value = try? RegoValue(json: input) {
            let text = value.json
            try FuzzFinding.require(try RegoValue(json: text) == value, "JSON does not survive its text: \(text)")
            try FuzzFinding.require(try RegoValue(json: text).json == text, "the text of JSON is not stable: \(text)")
        }
        _ = try? RegoValue(yaml: String(decoding: input, as: UTF8.self))
    }

    private static func requirePlace(of error: RegoError, in input: [UInt8]) throws {
        try FuzzFinding.require(!error.message.isEmpty, "an error says nothing")
        guard let place = error.location else { return }
        try FuzzFinding.require(
            place.offset <= input.count && place.row >= 0 && place.column >= 0, "an error stands outside of the text")
    }
}
