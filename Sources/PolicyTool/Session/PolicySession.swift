public import Rego

/// A session in which queries are asked and rules are defined line by line, as in `opa run`.
public struct PolicySession: Sendable {
    /// What came of a line.
    public struct Reply: Sendable {
        /// What it gives.
        public var output = ""
        /// What is wrong with it.
        public var errors = ""
        /// Whether more lines belong to it.
        public var isIncomplete = false
        /// Whether the session is over.
        public var isEnd = false
    }

    /// What was defined in one package.
    struct Definitions {
        var imports: [(name: String, text: String)] = []
        var rules: [(names: [String], text: String)] = []

        var isEmpty: Bool { imports.isEmpty && rules.isEmpty }
    }

    /// The version of the language.
    public let version: RegoVersion
    /// The input document.
    public var input: RegoValue?
    /// What `opa.runtime` answers.
    public var runtime = RegoObject()
    /// Receives what `print` says.
    public var sink: (@Sendable (String) -> Void)?

    var sources: PolicySources
    var package = "repl"
    var definitions: [String: Definitions] = [:]
    var format = PolicyFormat.pretty
    var tracing = PolicyTracing()
    var failsOnBuiltinErrors = false
    private var pending: [String] = []

    /// The lines that one statement may have.
    private static let lineMaximum = 10_000

    /// Begins a session over what files hold; without an input, what stands at `data.repl.input` is it.
    public init(
        data paths: [String], ignored: [String] = [], input: RegoValue? = nil, version: RegoVersion = .v1
    ) throws(PolicyProblems) {
        self.version = version
        sources = try PolicyLoader(version: version, ignored: ignored).load(paths)
        self.input = input ?? sources.documents["repl"]?["input"]
    }

    /// Takes a line.
    public mutating func take(_ line: String) -> Reply {
        let isBlank = !line.utf8.contains { $0 != 32 && $0 != 9 && $0 != 13 }
        if pending.isEmpty {
            if isBlank { return Reply() }
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map(String.init)
            if words[0].hasPrefix("#") { return Reply() }
            if let reply = command(words) { return reply }
        }
        pending.append(line)
        return statement(isLast: isBlank || pending.count >= Self.lineMaximum)
    }

    /// Takes what is left when no more lines come.
    public mutating func finish() -> Reply { pending.isEmpty ? Reply() : statement(isLast: true) }

    private mutating func statement(isLast: Bool) -> Reply {
        let text = pending.joined(separator: "\n")
        do throws(RegoErrors) {
            let statement = try RegoStatement(parsing: text, version: version)
            if case .incomplete = statement, !isLast { return Reply(isIncomplete: true) }
            pending = []
            switch statement {
            case .rules(let names): return define(names, text, isNew: false)
            case .assignment(let name): return define([name], text, isNew: true)
            case .equality(let name):
                return isKnown(name) ? ask(text) : define([name], text, isNew: false)
            case .query, .incomplete: return ask(text)
            }
        } catch {
            pending = []
            return Reply(errors: PolicyProblems(error).text + "\n")
        }
    }

    // MARK: Queries

    private func ask(_ text: String) -> Reply {
        var query = PolicyQuery(text)
        query.package = package
        query.imports = definitions[package]?.imports.map(\.text) ?? []
        query.version = version
        query.failsOnBuiltinErrors = failsOnBuiltinErrors
        query.runtime = runtime
        query.sink = sink
        query.tracing = tracing
        do throws(PolicyProblems) {
            let text = query.report(try all(definitions), input: input).text(as: format)
            return Reply(output: text.output, errors: text.errors)
        } catch {
            return Reply(errors: error.text + "\n")
        }
    }

    /// The files with what was defined.
    private func all(_ definitions: [String: Definitions]) throws(PolicyProblems) -> PolicySources {
        var sources = sources
        for (package, part) in definitions.sorted(by: { $0.key < $1.key }) where !part.isEmpty {
            do throws(RegoErrors) {
                let text = Self.text(package, part)
                let module = try RegoModule(parsing: text, name: "session", version: version)
                sources.add(module, path: "session \(package)", bytes: Array(text.utf8))
            } catch {
                throw PolicyProblems(error)
            }
        }
        return sources
    }

    static func text(_ package: String, _ part: Definitions) -> String {
        var blocks = ["package \(package)"]
        if !part.imports.isEmpty { blocks.append(part.imports.map { "import \($0.text)" }.joined(separator: "\n")) }
        blocks += part.rules.map(\.text)
        return blocks.joined(separator: "\n\n") + "\n"
    }

    // MARK: Definitions

    /// Defines rules; what cannot be compiled is not defined.
    private mutating func define(_ names: [String], _ text: String, isNew: Bool) -> Reply {
        var changed = definitions
        var part = changed[package] ?? Definitions()
        let count = part.rules.count
        if isNew { part.rules.removeAll { $0.names == names } }
        let isAgain = part.rules.count < count
        part.rules.append((names, text))
        changed[package] = part
        if let problem = accept(changed) { return problem }
        let verb = isAgain ? "re-defined" : "defined"
        let rules = names.map { "'\($0)'" }.joined(separator: ", ")
        return Reply(
            output:
                "Rule\(names.count > 1 ? "s" : "") \(rules) \(verb) in package \(package). Type 'show' to see rules.\n")
    }

    /// Takes definitions when they compile.
    mutating func accept(_ changed: [String: Definitions]) -> Reply? {
        do throws(PolicyProblems) {
            try all(changed).compile(version: version)
        } catch {
            return Reply(errors: error.text + "\n")
        }
        definitions = changed
        return nil
    }

    /// Whether a name stands for something already in the package.
    private func isKnown(_ name: String) -> Bool {
        if let part = definitions[package] {
            if part.rules.contains(where: { $0.names.contains(name) }) { return true }
            if part.imports.contains(where: { $0.name == name }) { return true }
        }
        let path = (["data"] + package.split(separator: ".").map(String.init))
        return sources.modules.contains { module in
            module.packagePath == path && module.ruleHeads.contains { $0.path.dropFirst(path.count - 1).first == name }
        }
    }
}

extension PolicySources {
    /// Compiles the modules, to see whether they can be.
    fileprivate func compile(version: RegoVersion) throws(PolicyProblems) {
        try DeepThread.run { () -> Result<Void, PolicyProblems> in
            do throws(RegoErrors) {
                _ = try RegoEngine(modules: modules, options: RegoEngine.Options(version: version))
                return .success(())
            } catch {
                return .failure(PolicyProblems(error))
            }
        }.get()
    }
}
