import Glibc
public import Rego

/// Loads what `--data` names: modules, and documents at the place that their directory gives them.
public struct PolicyLoader: Sendable {
    /// The version of the language of modules that do not say it themselves.
    public var version: RegoVersion
    /// Shell patterns of names that are passed over, below what is named.
    public var ignored: [String]
    /// Whether files that are no modules are passed over.
    public var onlyModules: Bool

    /// The bundles that are loaded besides.
    public var bundles: BundleReading

    /// Makes a loader.
    public init(
        version: RegoVersion = .v1, ignored: [String] = [], onlyModules: Bool = false,
        bundles: BundleReading = BundleReading()
    ) {
        self.version = version
        self.ignored = ignored
        self.onlyModules = onlyModules
        self.bundles = bundles
    }

    /// Loads files and directories; a path may have keys before it that its documents go below, as in `a.b:file.json`.
    public func load(_ paths: [String]) throws(PolicyProblems) -> PolicySources {
        var walk = LoadingWalk(loader: self)
        for path in paths {
            let (keys, path) = Self.split(path)
            walk.visit(path, below: keys, depth: 0)
        }
        walk.add(bundles)
        guard walk.problems.isEmpty else { throw PolicyProblems(walk.problems, isLoading: true) }
        return walk.sources
    }

    /// Reads an input document: JSON, else YAML.
    public static func input(at path: String?) throws(PolicyProblem) -> RegoValue {
        let bytes =
            if let path { try PolicyFile.bytes(of: withoutScheme(path)) } else { try PolicyFile.standardInput() }
        do throws(RegoJSONError) {
            return try RegoValue(json: bytes)
        } catch {
            guard !bytes.isEmpty, let value = try? RegoValue(yaml: String(decoding: bytes, as: UTF8.self)) else {
                throw PolicyProblem("unable to parse input: \(error)")
            }
            return value
        }
    }

    /// Reads a query from standard input.
    public static func query() throws(PolicyProblem) -> String {
        String(decoding: try PolicyFile.standardInput(), as: UTF8.self)
    }

    /// Reads and parses one module.
    public func module(at path: String) throws(PolicyProblems) -> RegoModule {
        do throws(PolicyProblem) {
            let path = Self.withoutScheme(path)
            return try parse(try PolicyFile.bytes(of: path), path)
        } catch {
            throw PolicyProblems([error], isLoading: false)
        }
    }

    func parse(_ bytes: [UInt8], _ path: String) throws(PolicyProblem) -> RegoModule {
        do throws(RegoErrors) {
            return try RegoModule(parsing: String(decoding: bytes, as: UTF8.self), name: path, version: version)
        } catch {
            throw PolicyProblem(error.errors[0])
        }
    }

    static func json(_ bytes: [UInt8], _ path: String) throws(PolicyProblem) -> RegoValue {
        do throws(RegoJSONError) {
            return try RegoValue(json: bytes)
        } catch {
            throw PolicyProblem("\(path): \(error)")
        }
    }

    static func yaml(_ bytes: [UInt8], _ path: String) throws(PolicyProblem) -> RegoValue {
        do {
            return try RegoValue(yaml: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw PolicyProblem("\(path): error converting YAML to JSON: \(error)")
        }
    }

    /// The keys before a path, and the path; `file://x` has none.
    static func split(_ path: String) -> (keys: [String], path: String) {
        guard let colon = path.firstIndex(of: ":"), colon != path.startIndex, !path[colon...].hasPrefix("://") else {
            return ([], path)
        }
        let keys = path[..<colon].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        return (keys, String(path[path.index(after: colon)...]))
    }

    /// Whether a name of a path has one of the patterns.
    func ignores(_ names: [String]) -> Bool {
        names.contains { name in ignored.contains { Self.matches($0, name) } }
    }

    /// Whether a name has a shell pattern.
    static func matches(_ pattern: String, _ name: String) -> Bool { fnmatch(pattern, name, 0) == 0 }

    static func withoutScheme(_ path: String) -> String {
        path.hasPrefix("file://") ? String(path.dropFirst("file://".count)) : path
    }
}

/// One walk over what was named, with what it found.
private struct LoadingWalk {
    private static let visitMaximum = 200_000

    let loader: PolicyLoader
    var sources = PolicySources()
    var problems: [PolicyProblem] = []
    private var visited = 0

    init(loader: PolicyLoader) { self.loader = loader }

    mutating func visit(_ path: String, below keys: [String], depth: Int) {
        visited += 1
        guard visited <= Self.visitMaximum else {
            if visited == Self.visitMaximum + 1 {
                problems.append(PolicyProblem("\(path): more than \(Self.visitMaximum) files and directories"))
            }
            return
        }
        let path = PolicyLoader.withoutScheme(path)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if depth > 0, loader.ignores([name]) { return }
        do throws(PolicyProblem) {
            guard try PolicyFile.isDirectory(path) else {
                if loader.onlyModules, !name.hasSuffix(".rego") { return }
                try add(path, name: name, below: keys, isNamed: depth == 0)
                return
            }
            let inner = depth > 0 ? keys + [name] : keys
            for entry in try PolicyFile.names(in: path) {
                visit(PolicyFile.clean(path + "/" + entry), below: inner, depth: depth + 1)
            }
        } catch {
            problems.append(error)
        }
    }

    mutating func add(_ bundles: BundleReading) {
        var read: [PolicyBundle] = []
        for path in bundles.paths {
            do throws(PolicyProblem) {
                read.append(try PolicyBundle(at: path, loader, bundles.verification))
            } catch {
                problems.append(error)
            }
        }
        do throws(PolicyProblem) {
            try sources.add(read)
        } catch {
            problems.append(error)
        }
    }

    private mutating func add(
        _ path: String, name: String, below keys: [String], isNamed: Bool
    ) throws(PolicyProblem) {
        if name.hasSuffix(".tar.gz") {
            // One that lies about below a directory is none of its documents.
            if isNamed { try sources.add(try PolicyBundle(at: path, loader, nil)) }
            return
        }
        let dot = name.lastIndex(of: ".")
        switch dot.map({ String(name[$0...]) }) {
        case ".rego":
            let bytes = try PolicyFile.bytes(of: path)
            sources.add(try loader.parse(bytes, path), path: path, bytes: bytes)
        case ".json":
            try sources.add(try PolicyLoader.json(try PolicyFile.bytes(of: path), path), below: keys, path: path)
        case ".yaml", ".yml":
            try sources.add(try PolicyLoader.yaml(try PolicyFile.bytes(of: path), path), below: keys, path: path)
        default:
            if isNamed { try addAnything(path, below: keys) }
        }
    }

    /// A file whose name says nothing is what it can be read as.
    private mutating func addAnything(_ path: String, below keys: [String]) throws(PolicyProblem) {
        let bytes = try PolicyFile.bytes(of: path)
        if let module = try? loader.parse(bytes, path) {
            sources.add(module, path: path, bytes: bytes)
            return
        }
        guard let document = (try? PolicyLoader.json(bytes, path)) ?? (try? PolicyLoader.yaml(bytes, path)) else {
            throw PolicyProblem("\(path): can't recognize file type")
        }
        try sources.add(document, below: keys, path: path)
    }

}
