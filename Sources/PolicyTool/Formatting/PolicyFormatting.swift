import Glibc
public import Rego

/// Lays modules out as `opa fmt` does.
public struct PolicyFormatting: Sendable {
    /// The version of the language of modules that do not say it themselves.
    public var version = RegoVersion.v1
    /// Shell patterns of names that are passed over, below what is named.
    public var ignored: [String] = []

    private static let fileMaximum = 200_000

    /// Makes a formatting.
    public init() {}

    /// The modules that files and directories hold; a file that is named is one, whatever its name.
    public func files(_ paths: [String]) throws(PolicyProblem) -> [String] {
        var found: [String] = []
        for path in paths { try visit(PolicyLoader.withoutScheme(path), isNamed: true, into: &found) }
        return found
    }

    /// Formats a file; nil formats standard input.
    public func format(_ path: String?) throws(PolicyProblems) -> FormattedModule {
        let bytes: [UInt8]
        do throws(PolicyProblem) {
            bytes = if let path { try PolicyFile.bytes(of: path) } else { try PolicyFile.standardInput() }
        } catch {
            throw PolicyProblems([error], isLoading: false)
        }
        return try format(bytes, name: path ?? "stdin")
    }

    func format(_ bytes: [UInt8], name: String) throws(PolicyProblems) -> FormattedModule {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PolicyProblems([PolicyProblem("\(name): the file is no text in UTF-8")], isLoading: false)
        }
        return try DeepThread.run { () -> Result<FormattedModule, PolicyProblems> in
            do {
                let module = try RegoModule(parsing: text, name: name, version: version)
                return .success(
                    FormattedModule(path: name, original: bytes, formatted: Array(try module.formatted().utf8)))
            } catch let error as RegoErrors {
                return .failure(PolicyProblems(error))
            } catch {
                let problem = (error as? RegoError).map(PolicyProblem.init) ?? PolicyProblem("\(error)")
                return .failure(PolicyProblems([problem], isLoading: false))
            }
        }.get()
    }

    private func visit(_ path: String, isNamed: Bool, into found: inout [String]) throws(PolicyProblem) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if !isNamed, ignored.contains(where: { fnmatch($0, name, 0) == 0 }) { return }
        guard try PolicyFile.isDirectory(path) else {
            guard isNamed || name.hasSuffix(".rego") else { return }
            guard found.count < Self.fileMaximum else {
                throw PolicyProblem("\(path): more than \(Self.fileMaximum) files")
            }
            found.append(path)
            return
        }
        for entry in try PolicyFile.names(in: path) {
            let inner = PolicyFile.clean(path + "/" + entry)
            // A link is followed where it is named only, so that no walk goes round.
            guard try !PolicyFile.isLinkToDirectory(inner) else { continue }
            try visit(inner, isNamed: false, into: &found)
        }
    }
}

/// A module before and after it was formatted.
public struct FormattedModule: Sendable {
    /// The file.
    public let path: String
    /// What it holds.
    public let original: [UInt8]
    /// What it should hold.
    public let formatted: [UInt8]

    /// Whether formatting changes something.
    public var hasChanged: Bool { original != formatted }

    /// Puts the formatted text in the place of the file at once, with its mode and owner.
    public func write() throws(PolicyProblem) { try PolicyFile.replace(path, with: formatted) }
}
