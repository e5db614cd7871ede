import Rego

/// Which bundles are loaded, and how.
public struct BundleReading: Sendable {
    /// Files and directories that are bundles.
    public var paths: [String] = []
    /// With what their signatures are verified; nil verifies none.
    public var verification: BundleVerification?

    /// Reads none.
    public init() {}
}

/// A bundle: modules and documents, and what its manifest says of them.
struct PolicyBundle: Sendable {
    /// The largest bundle that is read, unpacked.
    static let sizeMaximum = 1 << 30
    private static let fileMaximum = 100_000

    /// What the bundle was named by.
    let name: String
    /// All its files.
    let files: [BundleFile]
    /// What its manifest says.
    let manifest: BundleManifest
    private(set) var modules: [(file: BundleFile, module: RegoModule)] = []
    private(set) var documents: [(keys: [String], value: RegoValue, file: BundleFile)] = []

    /// Whether the bundle says that it is signed.
    var isSigned: Bool { files.contains { $0.path == BundleSignature.path } }

    /// Reads a directory or an archive.
    init(at path: String, _ loader: PolicyLoader, _ verification: BundleVerification?)
        throws(PolicyProblem)
    {
        let path = PolicyLoader.withoutScheme(path)
        name = path
        files = try Self.files(at: path, loader).sorted {
            $0.path.utf8.lexicographicallyPrecedes($1.path.utf8)
        }
        for (first, second) in zip(files, files.dropFirst()) where first.path == second.path {
            throw PolicyProblem("\(path): \(first.path) is there twice")
        }
        if let verification { try BundleSignature.verify(files, by: verification, of: path) }
        let said = files.first { $0.path == BundleManifest.path }
        manifest =
            try said.map { (file) throws(PolicyProblem) in try BundleManifest(file.bytes, of: path) }
            ?? BundleManifest()
        for file in files { try add(file, loader) }
        try checkRoots()
    }

    private mutating func add(_ file: BundleFile, _ loader: PolicyLoader) throws(PolicyProblem) {
        let place = name + "/" + file.path
        let keys = file.path.split(separator: "/").dropLast().map(String.init)
        switch file.name {
        case "data.json": documents.append((keys, try PolicyLoader.json(file.bytes, place), file))
        case "data.yaml", "data.yml":
            documents.append((keys, try PolicyLoader.yaml(file.bytes, place), file))
        case "patch.json" where keys.isEmpty:
            throw PolicyProblem("\(place): delta bundles are not read")
        case let name where name.hasSuffix(".rego"):
            var loader = loader
            loader.version = manifest.version(of: file.path, unless: loader.version)
            modules.append((file, try loader.parse(file.bytes, place)))
        default: break
        }
    }

    private func checkRoots() throws(PolicyProblem) {
        let roots = "[\(manifest.roots.joined(separator: " "))]"
        for (file, module) in modules where !manifest.owns(Array(module.packagePath.dropFirst())) {
            let package = module.packagePath.dropFirst().joined(separator: ".")
            throw PolicyProblem(
                "\(name): manifest roots \(roots) do not permit 'package \(package)' in module '\(file.path)'")
        }
        for document in documents { try check(document.value, at: document.keys, roots) }
    }

    private func check(_ value: RegoValue, at path: [String], _ roots: String) throws(PolicyProblem) {
        if manifest.owns(path) { return }
        if case .object(let object) = value, object.isEmpty || manifest.hasRoot(below: path) {
            for (key, inner) in object { try check(inner, at: path + [key.string ?? "\(key)"], roots) }
            return
        }
        throw PolicyProblem(
            "\(name): manifest roots \(roots) do not permit data at path '/\(path.joined(separator: "/"))' "
                + "(hint: check bundle directory structure)")
    }

    // MARK: Files

    private static func files(at path: String, _ loader: PolicyLoader) throws(PolicyProblem)
        -> [BundleFile]
    {
        if try PolicyFile.isDirectory(path) {
            var files: [BundleFile] = []
            var size = 0
            try visit(path, below: "", loader, depth: 0, size: &size, into: &files)
            return files
        }
        let bytes = try PolicyFile.bytes(of: path)
        guard GzipFile.isGzip(bytes) else {
            throw PolicyProblem("\(path): a bundle is a directory or a file of tar and gzip")
        }
        do throws(PolicyProblem) {
            return try TarArchive.read(try GzipFile.decompress(bytes, limit: sizeMaximum))
                .filter { !loader.ignores($0.path.split(separator: "/").map(String.init)) }
        } catch {
            throw PolicyProblem("\(path): \(error.message)")
        }
    }

    private static func visit(
        _ root: String, below path: String, _ loader: PolicyLoader, depth: Int, size: inout Int,
        into files: inout [BundleFile]
    ) throws(PolicyProblem) {
        guard depth < 200 else {
            throw PolicyProblem("\(root)/\(path): more than 200 directories deep")
        }
        for entry in try PolicyFile.names(in: path.isEmpty ? root : root + "/" + path)
        where !loader.ignores([entry]) {
            let inner = path.isEmpty ? entry : path + "/" + entry
            let place = root + "/" + inner
            if try PolicyFile.isDirectory(place) {
                guard try !PolicyFile.isLinkToDirectory(place) else { continue }
                try visit(root, below: inner, loader, depth: depth + 1, size: &size, into: &files)
                continue
            }
            let bytes = try PolicyFile.bytes(of: place)
            size += bytes.count
            guard files.count < fileMaximum, size <= sizeMaximum else {
                throw PolicyProblem("\(root): more than \(fileMaximum) files or \(sizeMaximum) bytes")
            }
            files.append(BundleFile(path: inner, bytes: bytes))
        }
    }
}
