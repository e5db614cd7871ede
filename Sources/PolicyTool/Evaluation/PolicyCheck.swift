public import Rego

/// Whether modules can be compiled, as `opa check` tells it.
public struct PolicyCheck: Sendable {
    /// The version of the language of modules that do not say it themselves.
    public var version = RegoVersion.v1
    /// Whether what `--strict` refuses is wrong.
    public var isStrict = false
    /// How many errors are reported at most; 0 for all.
    public var errorLimit = 10
    /// Shell patterns of names that are passed over.
    public var ignored: [String] = []
    /// The bundles that are checked besides.
    public var bundles = BundleReading()

    /// Makes a check.
    public init() {}

    /// Loads and compiles the modules that files and directories hold.
    public func run(_ paths: [String]) throws(PolicyProblems) {
        try DeepThread.run { () -> Result<Void, PolicyProblems> in
            Result { () throws(PolicyProblems) in try compile(paths) }
        }.get()
    }

    private func compile(_ paths: [String]) throws(PolicyProblems) {
        let loader = PolicyLoader(version: version, ignored: ignored, onlyModules: true, bundles: bundles)
        let sources = try loader.load(paths)
        do throws(RegoErrors) {
            _ = try RegoEngine(
                modules: sources.modules,
                options: RegoEngine.Options(
                    version: version, isStrict: isStrict, errorLimit: errorLimit > 0 ? errorLimit : .max))
        } catch {
            throw PolicyProblems(error)
        }
    }
}
