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

    /// Makes a loader.
    public init(version: RegoVersion = .v1, ignored: [String] = [], onlyModules: Bool = false) {
        self.version = version
        self.ignored = ignored
        self.onlyModules = onlyModules
    }

    /// Loads files and directories; a path may have keys before it that its documents go below, as in `a.b:file.json`.
    public func load(_ paths: [String]) throws(PolicyProblems) -> PolicySources {
        var walk = LoadingWalk(loader: self)
        for path in paths {
            let (keys, path) = Self.split(path)
            walk.visit(path, below: keys, depth: 0)
        }
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

    /// The keys before a path, and the path; `file://x` has none.
    static func split(_ path: String) -> (keys: [String], path: String) {
        guard let colon = path.firstIndex(of: ":"), colon != path.startIndex, !path[colon...].hasPrefix("://") else {
            return ([], path)
        }
        let keys = path[..<colon].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        return (keys, String(path[path.index(after: colon)...]))
    }

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
        if depth > 0, loader.ignored.contains(where: { fnmatch($0, name, 0) == 0 }) { return }
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

    private mutating func add(
        _ path: String, name: String, below keys: [String], isNamed: Bool
    ) throws(PolicyProblem) {
        if name.hasSuffix(".tar.gz") {
            throw PolicyProblem("\(path): bundles are not read; unpack it and name its directory")
        }
        let dot = name.lastIndex(of: ".")
        switch dot.map({ String(name[$0...]) }) {
        case ".rego":
            sources.add(try loader.parse(try PolicyFile.bytes(of: path), path), path: path)
        case ".json":
            try sources.add(try Self.json(try PolicyFile.bytes(of: path), path), below: keys, path: path)
        case ".yaml", ".yml":
            try sources.add(try Self.yaml(try PolicyFile.bytes(of: path), path), below: keys, path: path)
        default:
            if isNamed { try addAnything(path, below: keys) }
        }
    }

    /// A file whose name says nothing is what it can be read as.
    private mutating func addAnything(_ path: String, below keys: [String]) throws(PolicyProblem) {
        let bytes = try PolicyFile.bytes(of: path)
        if let module = try? loader.parse(bytes, path) {
            sources.add(module, path: path)
            return
        }
        guard let document = (try? Self.json(bytes, path)) ?? (try? Self.yaml(bytes, path)) else {
            throw PolicyProblem("\(path): can't recognize file type")
        }
        try sources.add(document, below: keys, path: path)
    }

    private static func json(_ bytes: [UInt8], _ path: String) throws(PolicyProblem) -> RegoValue {
        do throws(RegoJSONError) {
            return try RegoValue(json: bytes)
        } catch {
            throw PolicyProblem("\(path): \(error)")
        }
    }

    private static func yaml(_ bytes: [UInt8], _ path: String) throws(PolicyProblem) -> RegoValue {
        do {
            return try RegoValue(yaml: String(decoding: bytes, as: UTF8.self))
        } catch {
            throw PolicyProblem("\(path): error converting YAML to JSON: \(error)")
        }
    }
}
