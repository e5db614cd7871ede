import Rego

extension PolicySession {
    private static let help = """
        <query>                 evaluate a query: 1 + 1, data.policy.allow, input, some x in data.names
        <rule>                  define a rule: x := 1, p contains 1, allow if input.ok
        package <name>          change the package
        import <reference>      import a document into the package, or with 'as' under another name
        show                    show what was defined in the package
        unset <name>            undefine the rules of a name
        unset-package <name>    undefine all of a package, and leave it
        json, pretty            choose how results are shown
        trace [mode]            tell how results come about: full, fails, notes or off; without a mode, full or off
        notes                   tell what 'trace' notes, or stop it
        profile                 tell how long expressions take, or stop it
        metrics                 tell how long each stage takes, or stop it
        strict-builtin-errors   the failure of a built-in function is an error, or is undefined again
        clear                   drop all definitions
        help                    show this
        exit                    end the session

        A statement that is not complete goes on in the next line; an empty line ends it.

        """

    /// What a line does that is a command; nil when it is none.
    mutating func command(_ words: [String]) -> Reply? {
        switch (words[0], words.count) {
        case ("help", _): return Reply(output: Self.help)
        case ("exit", 1): return Reply(isEnd: true)
        case ("show", 1):
            guard let part = definitions[package], !part.isEmpty else { return Reply(output: "no rules defined\n") }
            return Reply(output: Self.text(package, part))
        case ("json", 1): format = .json
        case ("pretty", 1): format = .pretty
        case ("trace", 1): tracing.explanation = tracing.explanation == .full ? .off : .full
        case ("trace", 2):
            guard let mode = ExplanationMode(rawValue: words[1]) else {
                return Reply(errors: "'\(words[1])' is no mode of a trace; known are full, fails, notes and off\n")
            }
            tracing.explanation = mode
        case ("notes", 1): tracing.explanation = tracing.explanation == .notes ? .off : .notes
        case ("profile", 1): tracing.hasProfile.toggle()
        case ("metrics", 1): tracing.hasMetrics.toggle()
        case ("strict-builtin-errors", 1): failsOnBuiltinErrors.toggle()
        case ("clear", 1): definitions = [:]
        case ("unset", 2): return unset(words[1])
        case ("unset-package", 2): return unset(package: words[1])
        case ("package", 2): return enter(words[1])
        case ("import", 2...): return add(importing: words.dropFirst().joined(separator: " "))
        case ("unset", 1), ("unset-package", 1), ("package", 1), ("import", 1):
            return Reply(errors: "\(words[0]) needs a name\n")
        default: return nil
        }
        return Reply()
    }

    private mutating func unset(_ name: String) -> Reply {
        guard var part = definitions[package], part.rules.contains(where: { $0.names.contains(name) }) else {
            return Reply(errors: "warning: no matching rules in current module\n")
        }
        part.rules.removeAll { $0.names.contains(name) }
        var changed = definitions
        changed[package] = part
        return accept(changed) ?? Reply()
    }

    private mutating func unset(package name: String) -> Reply {
        guard definitions[name] != nil else { return Reply(errors: "warning: no matching package\n") }
        var changed = definitions
        changed[name] = nil
        if let problem = accept(changed) { return problem }
        if package == name { package = "repl" }
        return Reply()
    }

    private mutating func enter(_ name: String) -> Reply {
        do throws(RegoErrors) {
            let module = try RegoModule(parsing: "package \(name)\n", name: "session", version: version)
            // The name as it is written may have keys in brackets, which paths in messages have too.
            package = module.packagePath.count > 1 ? name : package
            return Reply()
        } catch {
            return Reply(errors: PolicyProblems(error).text + "\n")
        }
    }

    private mutating func add(importing text: String) -> Reply {
        do throws(RegoErrors) {
            let probe = Self.text("session", Definitions(imports: [(name: "", text: text)]))
            _ = try RegoModule(parsing: probe, name: "session", version: version)
        } catch {
            return Reply(errors: PolicyProblems(error).text + "\n")
        }
        let words = text.split(separator: " ")
        let name = words.count > 2 ? String(words[words.count - 1]) : String(text.split(separator: ".").last ?? "")
        var changed = definitions
        var part = changed[package] ?? Definitions()
        part.imports.removeAll { $0.name == name }
        part.imports.append((name, text))
        changed[package] = part
        return accept(changed) ?? Reply()
    }
}
