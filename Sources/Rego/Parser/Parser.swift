/// What a parser and its copies share: the bounds of the text, and what is known of alternatives.
final class ParserBounds {
    /// The tokens that may still be read, those read again included.
    var tokens: Int
    /// Whether a bound was reached, so that no other alternative is tried.
    var isExceeded = false
    /// The operators of the statement that is read.
    var operators = 0
    /// The offsets of the vertical bars that begin no body of a comprehension.
    var operatorBars: Set<Int32> = []

    init(tokens: Int) {
        self.tokens = tokens
    }
}

/// Reads Rego: recursive descent over terms, precedence climbing over operators.
struct Parser {
    var lexer: Lexer
    var token: Token
    /// Where the token before this one ended.
    var previousEnd = 0
    var previousRow: Int32 = 1
    var keywords: Set<String>
    var version: RegoVersion
    var depth = 0
    /// What all alternatives together may do.
    let bounds: ParserBounds

    static let keywordsV0: Set<String> = [
        "as", "default", "else", "false", "import", "package", "not", "null", "true", "with", "some",
    ]
    static let keywordsFuture: Set<String> = ["contains", "every", "if", "in"]
    static func isKeyword(_ name: String) -> Bool { keywordsV0.contains(name) || keywordsFuture.contains(name) }

    static let depthMaximum = 1_500
    /// How many operators one statement may have: each makes its tree one deeper.
    static let operatorMaximum = 1_500

    init(_ source: SourceText, version: RegoVersion) throws(RegoError) {
        lexer = Lexer(source)
        self.version = version
        keywords = version == .v1 ? Self.keywordsV0.union(Self.keywordsFuture) : Self.keywordsV0
        bounds = ParserBounds(tokens: source.bytes.count * 8 + 100_000)
        token = Token(kind: .endOfFile, span: .none)
        try advance()
        previousEnd = 0
    }

    // MARK: Tokens

    mutating func advance() throws(RegoError) {
        previousEnd = Int(token.span.end)
        previousRow = lexer.row
        bounds.tokens -= 1
        guard bounds.tokens > 0 else {
            bounds.isExceeded = true
            throw failure("the text has too many alternatives; write it simpler")
        }
        token = try lexer.next()
    }

    /// Whether the token is this keyword, and not the head of a reference such as `in.x` nor a function.
    func isKeyword(_ name: String) -> Bool {
        isAnyKeyword() && token.text == name
    }

    /// Whether the token is a keyword, and neither the head of a reference nor the function `contains`.
    func isAnyKeyword() -> Bool {
        guard token.kind == .identifier, keywords.contains(token.text) else { return false }
        let next = lexer.peek()
        return next != UInt8(ascii: ".") && (next != UInt8(ascii: "(") || token.text != "contains")
    }

    /// Whether nothing stands between the token before and this one.
    var isAdjacent: Bool { previousEnd == Int(token.span.start) }

    /// Whether a new line began between the token before and this one.
    var isOnNewLine: Bool { token.span.row > previousRow }

    mutating func accept(_ kind: TokenKind) throws(RegoError) -> Bool {
        guard token.kind == kind else { return false }
        try advance()
        return true
    }

    mutating func acceptKeyword(_ name: String) throws(RegoError) -> Bool {
        guard isKeyword(name) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ kind: TokenKind, _ message: String) throws(RegoError) {
        guard try accept(kind) else { throw unexpected(message) }
    }

    var tokenName: String {
        token.kind == .identifier && keywords.contains(token.text) ? token.text : token.kind.name
    }

    func unexpected(_ message: String = "") -> RegoError {
        failure("unexpected \(tokenName) token" + (message.isEmpty ? "" : ": \(message)"))
    }

    func failure(_ message: String, at span: Span? = nil) -> RegoError {
        RegoError(code: .parse, message: message, location: lexer.source.location(span ?? token.span))
    }

    /// Runs a part one level deeper, within the bound on nesting and on the stack.
    mutating func nested<T>(
        _ body: (inout Parser) throws(RegoError) -> T
    ) throws(RegoError) -> T {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMaximum, StackBounds.hasRoom else {
            bounds.isExceeded = true
            throw failure("max recursion depth exceeded: nest the expression less")
        }
        return try body(&self)
    }

    // MARK: Modules

    mutating func parseModule() throws(RegoError) -> RegoModule {
        guard token.kind != .endOfFile else { throw failure("empty module") }
        guard isKeyword("package") else { throw unexpected("package expected") }
        let package = try parsePackage()
        var module = RegoModule(source: lexer.source, package: package, version: version)
        var statements: [AnnotatedNode] = [.package(package.span)]
        while token.kind != .endOfFile {
            if isKeyword("import") {
                let declaration = try parseImport()
                module.imports.append(declaration)
                module.version = version
                statements.append(.import(declaration.span))
            } else if isKeyword("package") {
                throw unexpected("package must be the first statement of a module")
            } else {
                for rule in try parseRules() {
                    statements.append(.rule(rule.span, module.rules.count))
                    module.rules.append(rule)
                }
            }
            while token.kind == .semicolon { try advance() }
        }
        module.comments = lexer.comments
        try attachAnnotations(to: &module, statements: statements)
        return module
    }

    private mutating func parsePackage() throws(RegoError) -> PackageDeclaration {
        let start = token.span
        try advance()
        guard token.kind == .identifier else { throw unexpected("expected identifier") }
        let term = try parseTerm(isPackage: true)
        let terms: [Term]
        switch term.value {
        case .variable: terms = [term]
        case .ref(let reference): terms = reference.terms
        default: throw failure("expected identifier", at: term.span)
        }
        var path: [String] = []
        for (index, part) in terms.enumerated() {
            switch part.value {
            case .variable(let name) where index == 0: path.append(name)
            case .string(let name): path.append(name)
            default: throw failure("package name cannot contain variables or non-string values", at: part.span)
            }
        }
        return PackageDeclaration(path: path, terms: terms, span: start.through(end: previousEnd))
    }

    private mutating func parseImport() throws(RegoError) -> ImportDeclaration {
        let start = token.span
        try advance()
        guard token.kind == .identifier else { throw unexpected("expected identifier") }
        let term = try parseTerm(isPackage: true)
        let terms: [Term]
        switch term.value {
        case .variable: terms = [term]
        case .ref(let reference): terms = reference.terms
        default: throw failure("path must be a ref or a var", at: term.span)
        }
        for part in terms.dropFirst() {
            guard case .string = part.value else {
                throw failure("unexpected import path, must be a ref of strings", at: part.span)
            }
        }
        let names = Reference(terms: terms).names
        guard ["data", "input", "future", "rego"].contains(names[0]) else {
            let path = names.joined(separator: ".")
            throw failure(
                "unexpected import path, must begin with one of: {data, future, input, rego}, got: \(path)",
                at: term.span)
        }
        var alias: String?
        if try acceptKeyword("as") {
            guard token.kind == .identifier, !isAnyKeyword() else { throw unexpected("expected var") }
            alias = token.text
            try advance()
        }
        try applyLanguageImport(names, alias: alias, span: term.span)
        return ImportDeclaration(path: terms, alias: alias, span: start.through(end: previousEnd))
    }

    private mutating func applyLanguageImport(
        _ names: [String], alias: String?, span: Span
    ) throws(RegoError) {
        if names[0] == "rego" {
            guard names == ["rego", "v1"] || names == ["rego", "v0"] else {
                let path = names.joined(separator: ".")
                throw failure("invalid import, must be `rego.v1`, got: \(path)", at: span)
            }
            guard alias == nil else { throw failure("`rego` imports cannot be aliased", at: span) }
            version = names[1] == "v1" ? .v1 : .v0
            if version == .v1 { keywords.formUnion(Self.keywordsFuture) }
        } else if names[0] == "future" {
            guard names.count >= 2, names[1] == "keywords", names.count <= 3 else {
                throw failure("invalid import, must be `future.keywords`", at: span)
            }
            if names.count == 2 {
                guard alias == nil else { throw failure("`future` imports cannot be aliased", at: span) }
                keywords.formUnion(Self.keywordsFuture)
            } else {
                guard Self.keywordsFuture.contains(names[2]) else {
                    throw failure(
                        "unexpected keyword, must be one of [contains every if in not]", at: span)
                }
                guard alias == nil else { throw failure("`future` imports cannot be aliased", at: span) }
                keywords.insert(names[2])
                // `every` is written with `in`.
                if names[2] == "every" { keywords.insert("in") }
            }
        }
    }
}
