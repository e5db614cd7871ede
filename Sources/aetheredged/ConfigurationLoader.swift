import Glibc
import LinuxIO
import Model

/// Reads the configuration: the file, then drop-ins in the order of their names.
///
/// Later values win, key by key within a section.
struct ConfigurationLoader {
    /// The main file.
    let path: String
    /// Whether the file must exist: it was named, not assumed.
    let isRequired: Bool

    func load() throws -> Configuration {
        var configuration = Configuration()
        var paths: [String] = []
        if try exists(path) {
            paths.append(path)
        } else if isRequired {
            throw ConfigurationError(
                "there is no configuration file '\(path)'; create it or name another with --config")
        }
        paths += try dropIns()
        for path in paths { try read(path, into: &configuration) }
        return configuration
    }

    private func read(_ path: String, into configuration: inout Configuration) throws {
        let bytes = try readFile(path, limit: 1 << 20)
        let stream = YAMLStream(parsing: bytes, file: path)
        try refuse(stream.diagnostics)
        guard stream.documents.count <= 1 else {
            throw ConfigurationError("'\(path)' holds \(stream.documents.count) documents; a configuration is one")
        }
        guard let document = stream.documents.first, document.content != .null else { return }
        var validator = SchemaValidator()
        validator.validate(document, as: .object(ConfigurationSchema.root), at: FieldPath())
        try refuse(validator.findings.map { $0.diagnostic(in: path) })
        try configuration.apply(document)
    }

    private func refuse(_ diagnostics: [CompileDiagnostic]) throws(ConfigurationError) {
        guard let first = diagnostics.first else { return }
        let at = first.position
        throw ConfigurationError("\(at.file):\(at.line):\(at.column): \(first.message)")
    }

    private func dropIns() throws -> [String] {
        guard let parent = path.parentPath else { return [] }
        let directory = (parent == "/" ? "" : parent) + "/conf.d"
        guard try exists(directory) else { return [] }
        let handle = try DirectoryHandle(trustedPath: directory)
        return try handle.entries(limit: 1000).map(\.name).filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }
            .sorted()
            .map { directory + "/" + $0 }
    }

    private func exists(_ path: String) throws(LinuxIOError) -> Bool {
        try RootDirectory(path: "/").status(of: path.isAbsolutePath ? path : currentDirectory() + "/" + path) != nil
    }

    private func currentDirectory() -> String {
        guard let text = getcwd(nil, 0) else { return "" }
        defer { free(text) }
        return String(cString: text)
    }
}
