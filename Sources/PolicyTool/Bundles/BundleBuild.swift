public import Rego

/// Makes a bundle of modules and documents, as `opa build` does; the same files give the same bytes.
public struct BundleBuild: Sendable {
    /// The version of the language of modules that do not say it themselves.
    public var version = RegoVersion.v1
    /// Shell patterns of names that are passed over.
    public var ignored: [String] = []
    /// Whether what is named are bundles, not files and directories of policies.
    public var readsBundles = false
    /// With what bundles that are signed are verified.
    public var verification: BundleVerification?
    /// Whether bundles that are signed are taken as they are.
    public var skipsVerification = false
    /// The revision, where it is not that of the bundle that is read.
    public var revision: String?
    /// With what the bundle is signed.
    public var signing: BundleSigning?

    /// Makes a build.
    public init() {}

    /// The bundle as a file of tar and gzip.
    public func run(_ paths: [String]) throws(PolicyProblems) -> [UInt8] {
        try DeepThread.run { () -> Result<[UInt8], PolicyProblems> in
            Result { () throws(PolicyProblems) in try archive(paths) }
        }.get()
    }

    /// Puts bytes into a file at once.
    public static func write(_ bytes: [UInt8], to path: String) throws(PolicyProblem) {
        try PolicyFile.write(bytes, to: path, mode: 0o644)
    }

    private func archive(_ paths: [String]) throws(PolicyProblems) -> [UInt8] {
        let (sources, manifest, modules) = try readsBundles ? bundles(paths) : files(paths)
        let conflicts = sources.conflicts
        guard conflicts.isEmpty else { throw PolicyProblems(conflicts, isLoading: false) }
        do throws(RegoErrors) {
            _ = try RegoEngine(
                modules: sources.modules, data: .object(sources.documents),
                options: RegoEngine.Options(version: version))
        } catch {
            throw PolicyProblems(error)
        }
        var said = manifest
        if let revision { said.revision = revision }
        said.version = said.version ?? (version == .v0 ? 0 : 1)
        var made = [
            BundleFile(path: "data.json", bytes: RegoValue.object(sources.documents).jsonBytes + [0x0A])
        ]
        made += modules.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        made.append(BundleFile(path: BundleManifest.path, bytes: said.value.jsonBytes + [0x0A]))
        do throws(PolicyProblem) {
            if let signing { made.append(try BundleSignature.sign(made, by: signing)) }
        } catch {
            throw PolicyProblems([error], isLoading: false)
        }
        return GzipFile.compress(TarArchive.write(made))
    }

    private func files(
        _ paths: [String]
    ) throws(PolicyProblems) -> (PolicySources, BundleManifest, [BundleFile]) {
        let sources = try PolicyLoader(version: version, ignored: ignored).load(paths)
        do throws(PolicyProblem) {
            var modules: [BundleFile] = []
            for (path, bytes) in sources.texts {
                // What leads out of the directory stands below the root all the same, as in an absolute path.
                let parts = PolicyFile.clean(path).split(separator: "/").filter { $0 != ".." }
                modules.append(
                    BundleFile(path: try TarArchive.safePath(parts.joined(separator: "/")), bytes: bytes))
            }
            return (sources, BundleManifest(), modules)
        } catch {
            throw PolicyProblems([error], isLoading: true)
        }
    }

    private func bundles(
        _ paths: [String]
    ) throws(PolicyProblems) -> (PolicySources, BundleManifest, [BundleFile]) {
        let loader = PolicyLoader(version: version, ignored: ignored)
        do throws(PolicyProblem) {
            var read: [PolicyBundle] = []
            for path in paths {
                let bundle = try PolicyBundle(at: path, loader, skipsVerification ? nil : verification)
                guard verification != nil || skipsVerification || !bundle.isSigned else {
                    throw PolicyProblem(
                        "\(path): verification key not provided: it is signed; give --verification-key or --skip-verify"
                    )
                }
                read.append(bundle)
            }
            var sources = PolicySources()
            try sources.add(read)
            var modules: [BundleFile] = []
            for bundle in read {
                let name = PolicyFile.clean(bundle.name).split(separator: "/").filter {
                    $0 != ".." && $0 != "."
                }
                for (file, _) in bundle.modules {
                    let path = read.count == 1 ? file.path : (name + [file.path[...]]).joined(separator: "/")
                    modules.append(BundleFile(path: path, bytes: file.bytes))
                }
            }
            return (sources, Self.merged(read.map(\.manifest)), modules)
        } catch {
            throw PolicyProblems([error], isLoading: true)
        }
    }

    private static func merged(_ manifests: [BundleManifest]) -> BundleManifest {
        guard manifests.count > 1 else { return manifests.first ?? BundleManifest() }
        var made = BundleManifest()
        made.roots = manifests.flatMap(\.roots)
        let metadata = manifests.compactMap(\.metadata)
        if metadata.count == 1 { made.metadata = metadata[0] }
        return made
    }
}
