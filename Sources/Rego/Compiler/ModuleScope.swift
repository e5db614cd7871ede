/// What the names of a module mean outside of its rules.
struct ModuleScope: Sendable {
    /// What a name stands for.
    enum Global: Sendable {
        /// A place below `data`.
        case data([RegoValue])
        /// A place below `input`.
        case input([RegoValue])
    }

    let source: SourceText
    let package: [RegoValue]
    var globals: [String: Global] = [:]
    /// The imports, to find those that nobody uses.
    var imports: [String: Span] = [:]
    let version: RegoVersion

    init(_ module: RegoModule, source: SourceText? = nil) {
        self.source = source ?? module.source
        version = module.version
        package = module.package.path.map { .string(RegoString($0)) }
        for declaration in module.imports {
            let names = declaration.names
            guard names[0] == "data" || names[0] == "input", !declaration.name.isEmpty else { continue }
            let path = names.dropFirst().map { RegoValue.string(RegoString($0)) }
            if path.isEmpty, declaration.alias == nil { continue }
            globals[declaration.name] = names[0] == "data" ? .data(path) : .input(path)
            imports[declaration.name] = declaration.span
        }
    }
}
