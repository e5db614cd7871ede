import Glibc
import Rego

/// What the file `.manifest` of a bundle says.
struct BundleManifest: Sendable {
    static let path = ".manifest"

    var revision = ""
    /// The paths below `data` that the bundle owns, with slashes between their names; `[""]` is everything.
    var roots = [""]
    var metadata: RegoValue?
    /// The version of the language of its modules: 0 or 1.
    var version: Int?
    /// The versions of modules whose paths have a pattern.
    var fileVersions: [(pattern: String, version: Int)] = []

    init() {}

    init(_ bytes: [UInt8], of bundle: String) throws(PolicyProblem) {
        func failure(_ reason: String) -> PolicyProblem {
            PolicyProblem("\(bundle): bundle manifest: \(reason)")
        }
        let value: RegoValue
        do throws(RegoJSONError) { value = try RegoValue(json: bytes) } catch {
            throw failure("\(error)")
        }
        guard case .object(let object) = value else { throw failure("it is no object") }
        if let revision = object["revision"] {
            guard let text = revision.string else { throw failure("revision must be a string") }
            self.revision = text
        }
        if let roots = object["roots"] {
            guard case .array(let list) = roots else { throw failure("roots must be an array") }
            let texts = list.compactMap(\.string)
            guard texts.count == list.count else { throw failure("roots must be strings") }
            self.roots = texts.map(Self.trimmed)
        }
        metadata = object["metadata"]
        if let version = object["rego_version"] {
            guard let number = version.int, 0...1 ~= number else {
                throw failure("rego_version must be 0 or 1")
            }
            self.version = number
        }
        if case .object(let files)? = object["file_rego_versions"] {
            for (key, value) in files {
                guard let pattern = key.string, let number = value.int, 0...1 ~= number else {
                    throw failure("file_rego_versions must be 0 or 1")
                }
                fileVersions.append((pattern, number))
            }
        }
        if case .array(let modules)? = object["wasm"], !modules.isEmpty {
            throw failure("WebAssembly modules are not run")
        }
        try checkRoots(of: bundle)
    }

    /// The version of a module of the bundle.
    func version(of path: String, unless other: RegoVersion) -> RegoVersion {
        for entry in fileVersions
        where fnmatch(entry.pattern, "/" + path, 0) == 0 || fnmatch(entry.pattern, path, 0) == 0 {
            return entry.version == 0 ? .v0 : .v1
        }
        return version.map { $0 == 0 ? .v0 : .v1 } ?? other
    }

    /// Whether a path below `data` lies below one of the roots.
    func owns(_ path: [String]) -> Bool {
        roots.contains { root in path.starts(with: root.split(separator: "/").map(String.init)) }
    }

    /// Whether a root lies below a path.
    func hasRoot(below path: [String]) -> Bool {
        roots.contains { root in root.split(separator: "/").map(String.init).starts(with: path) }
    }

    /// The first two roots of which one holds the other.
    static func overlap(_ roots: [String]) -> (String, String)? {
        let parts = roots.map { $0.split(separator: "/") }
        for first in parts.indices {
            for second in parts.indices where second > first {
                if parts[first].starts(with: parts[second]) || parts[second].starts(with: parts[first]) {
                    return (roots[first], roots[second])
                }
            }
        }
        return nil
    }

    private func checkRoots(of bundle: String) throws(PolicyProblem) {
        guard let (first, second) = Self.overlap(roots) else { return }
        throw PolicyProblem("\(bundle): manifest has overlapped roots: '\(first)' and '\(second)'")
    }

    private static func trimmed(_ root: String) -> String {
        root.split(separator: "/").joined(separator: "/")
    }

    var value: RegoValue {
        var object = RegoObject()
        object.insert("revision", RegoValue(revision))
        object.insert("roots", .array(RegoArray(roots.map { RegoValue($0) })))
        if let version { object.insert("rego_version", RegoValue(version)) }
        if !fileVersions.isEmpty {
            let entries = fileVersions.map { (key: RegoValue($0.pattern), value: RegoValue($0.version)) }
            object.insert("file_rego_versions", .object(RegoObject(entries)))
        }
        if let metadata { object.insert("metadata", metadata) }
        return .object(object)
    }
}
