/// Policies that were compiled together with the documents they look at.
///
/// An engine is a value: queries are prepared from it, and each prepared query runs on any number of threads at once.
public struct RegoEngine: Sendable {
    /// How modules are compiled.
    public struct Options: Sendable {
        /// The version of the language of queries.
        public var version: RegoVersion
        /// Whether the compiler refuses what `opa check --strict` refuses.
        public var isStrict: Bool
        /// How many errors are reported at most.
        public var errorLimit: Int
        /// Whether the compiler refuses built-ins whose answers may differ between evaluations of one input.
        public var isDeterministic: Bool

        /// Makes options.
        public init(
            version: RegoVersion = .v1, isStrict: Bool = false, errorLimit: Int = 10, isDeterministic: Bool = false
        ) {
            self.version = version
            self.isStrict = isStrict
            self.errorLimit = errorLimit
            self.isDeterministic = isDeterministic
        }
    }

    let compiler: Compiler
    let data: RegoValue
    let options: Options

    /// Compiles modules over a base document.
    public init(
        modules: [RegoModule], data: RegoValue = .object(RegoObject()), options: Options = Options()
    ) throws(RegoErrors) {
        var compiler = Compiler(modules, options: options)
        try compiler.compile()
        self.compiler = compiler
        self.data = data
        self.options = options
    }

    /// The same policies over another base document.
    public func replacing(data: RegoValue) -> RegoEngine {
        RegoEngine(compiler: compiler, data: data, options: options)
    }

    private init(compiler: Compiler, data: RegoValue, options: Options) {
        self.compiler = compiler
        self.data = data
        self.options = options
    }

    /// Compiles a query.
    ///
    /// With a package, the query may name its rules as modules of that package do; imports are written as in a
    /// module, without the word: `data.lib as l`. A query that is traced is slower, and tells
    /// `EvaluationOptions.tracer` what it does.
    public func prepare(
        _ query: String, package: String? = nil, imports: [String] = [], isTraced: Bool = false
    ) throws(RegoErrors) -> PreparedQuery {
        let source = SourceText(name: "", bytes: Array(query.utf8))
        let heading = "package \(package ?? "query")\n" + imports.map { "import \($0)\n" }.joined()
        let module = try RegoModule(parsing: heading, name: "query", version: options.version)
        var scope = ModuleScope(module, source: source)
        if package != nil, let node = compiler.tree.find(scope.package) {
            for child in compiler.tree[node].children {
                let path = Array(compiler.tree[child].path.dropFirst())
                guard let name = path.last?.string, scope.globals[name] == nil else { continue }
                scope.globals[name] = .data(path)
            }
        }
        let body: [Expr]
        do {
            var parser = try Parser(source, version: options.version)
            // Queries may use every keyword, whatever the version.
            parser.keywords.formUnion(Parser.keywordsFuture)
            body = try parser.parseQuery(until: .endOfFile)
        } catch {
            throw RegoErrors([error])
        }
        return try PreparedQuery(body, scope: scope, engine: self, isTraced: isTraced)
    }
}

extension RegoModule {
    /// Parses one module.
    public init(
        parsing text: String, name: String = "", version: RegoVersion = .v1
    ) throws(RegoErrors) {
        do {
            var parser = try Parser(SourceText(name: name, bytes: Array(text.utf8)), version: version)
            self = try parser.parseModule()
        } catch {
            throw RegoErrors([error])
        }
    }
}
