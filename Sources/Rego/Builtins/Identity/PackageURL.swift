/// A package URL: `pkg:type/namespace/name@version?qualifiers#subpath`.
///
/// By ECMA-427 and its list of types, with the errors of packageurl-go, which OPA uses.
struct PackageURL {
    private(set) var type: String
    private(set) var namespace: String
    private(set) var name: String
    private(set) var version: String
    private(set) var qualifiers: [String: String]
    private(set) var subpath: String

    init(_ text: String) throws(BuiltinError) {
        guard text.utf8.prefix(4).elementsEqual("pkg:".utf8, by: { Self.lowered($0) == $1 }) else {
            throw BuiltinError("purl scheme is not \"pkg\": \(Self.quoted(text))")
        }
        var rest = text.utf8.dropFirst(4).drop { $0 == UInt8(ascii: "/") }
        subpath = ""
        if let mark = rest.firstIndex(of: UInt8(ascii: "#")) {
            let parts = rest[rest.index(after: mark)...].split(
                separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            subpath = try parts.map { (part) throws(BuiltinError) in try Self.decoded(part, "subpath") }
                .joined(separator: "/")
            rest = rest[..<mark]
        }
        var query = rest[rest.endIndex...]
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            query = rest[rest.index(after: mark)...]
            rest = rest[..<mark]
        }
        guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else {
            throw BuiltinError("purl is missing type or name")
        }
        type = String(decoding: rest[..<slash].map(Self.lowered), as: UTF8.self)
        qualifiers = try Self.qualifiers(query)
        (namespace, name, version) = try Self.names(rest[rest.index(after: slash)...], isNPM: type == "npm")
        try normalise()
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 0x20 : byte }

    private static func quoted(_ text: String) -> String { GoQuote.quote(RegoString(text)) }

    /// What percent signs stand for; a plus sign is one.
    private static func decoded(_ part: Substring.UTF8View, _ what: String) throws(BuiltinError) -> String {
        do throws(BuiltinError) {
            return String(decoding: try URLEscaping.path.unescape(part), as: UTF8.self)
        } catch {
            throw BuiltinError("error unescaping \(what): \(error.message)")
        }
    }

    private static func qualifiers(_ query: Substring.UTF8View) throws(BuiltinError) -> [String: String] {
        var found: [String: String] = [:]
        var duplicates: Set<String> = []
        for field in query.split(separator: UInt8(ascii: "&")) {
            guard !field.contains(UInt8(ascii: ";")) else {
                throw BuiltinError("invalid qualifiers: invalid semicolon separator in query")
            }
            let equals = field.firstIndex(of: UInt8(ascii: "=")) ?? field.endIndex
            let key = String(Substring(field[..<equals])).lowercased()
            guard isName(key, with: [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_")]) else {
                throw BuiltinError("invalid qualifiers: invalid qualifier key: '\(key)'")
            }
            let text = field[equals...].dropFirst()
            guard let value = try? decoded(text, "") else {
                throw BuiltinError(
                    "invalid qualifiers: error unescaping qualifier value \(quoted(String(Substring(text))))")
            }
            // Without a value it is as if the key were not there.
            if !value.isEmpty, found.updateValue(value, forKey: key) != nil { duplicates.insert(key) }
        }
        if let first = duplicates.min() {
            throw BuiltinError("invalid qualifiers: duplicate qualifier key: \(quoted(first))")
        }
        return found
    }

    private static func names(
        _ path: Substring.UTF8View, isNPM: Bool
    ) throws(BuiltinError) -> (namespace: String, name: String, version: String) {
        let (at, slash) = (UInt8(ascii: "@"), UInt8(ascii: "/"))
        // Only npm has namespaces that begin with an at sign.
        guard path.first != at || isNPM && path.contains(slash) else { throw BuiltinError("purl is missing name") }
        var (rest, version) = (path, "")
        if let mark = path.lastIndex(of: at), mark != path.startIndex {
            version = try decoded(path[path.index(after: mark)...], "version")
            rest = path[..<mark]
        }
        let last = rest.lastIndex(of: slash)
        let name = try decoded(last.map { rest[rest.index(after: $0)...] } ?? rest, "name")
        let parts = last.map { rest[..<$0].split(separator: slash) } ?? []
        let namespace = try parts.map { (part) throws(BuiltinError) in try decoded(part, "namespace") }
        guard !name.isEmpty else { throw BuiltinError("purl is missing name") }
        return (namespace.joined(separator: "/"), name, version)
    }

    /// Whether a text has letters, digits and some marks only, and begins with no digit.
    private static func isName(_ text: String, with marks: [UInt8]) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy {
            (48...57).contains($0) || (97...122).contains(lowered($0)) || marks.contains($0)
        }
    }

    // MARK: - Types

    private static let lowercaseNamespaces: Set = [
        "alpm", "apk", "bitbucket", "brew", "composer", "deb", "github", "golang", "qpkg", "rpm",
    ]
    private static let lowercaseNames: Set = [
        "alpm", "apk", "bitbucket", "bitnami", "brew", "chrome-extension", "composer", "deb", "github", "golang",
    ]
    private static let withoutNamespace = [
        "chrome-extension": "a chrome-extension", "julia": "a julia", "otp": "an otp", "vcpkg": "a vcpkg",
    ]

    private mutating func normalise() throws(BuiltinError) {
        guard Self.isName(type, with: [UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-")]) else {
            throw BuiltinError("invalid type \(Self.quoted(type))")
        }
        guard !subpath.split(separator: "/", omittingEmptySubsequences: false).dropFirst().contains(where: Self.isDots)
        else { throw BuiltinError("invalid Package URL subpath: \(Self.quoted(subpath))") }
        (namespace, subpath) = (Self.trimmed(namespace), Self.trimmed(subpath))
        if Self.lowercaseNamespaces.contains(type) { namespace = namespace.lowercased() }
        if Self.lowercaseNames.contains(type) { name = name.lowercased() }
        if type == "pypi" { name = name.replacing("_", with: "-").lowercased() }
        if type == "mlflow", qualifiers["repository_url"]?.contains("databricks") == true { name = name.lowercased() }
        if type == "huggingface" { version = version.lowercased() }
        try check()
    }

    private static func isDots(_ part: Substring) -> Bool { part == "." || part == ".." }

    private static func trimmed(_ text: String) -> String {
        let bytes = text.utf8.drop { $0 == UInt8(ascii: "/") }
        let end = bytes.lastIndex { $0 != UInt8(ascii: "/") }
        return end.map { String(Substring(bytes[...$0])) } ?? ""
    }

    /// What the list of types asks for.
    private func check() throws(BuiltinError) {
        if let what = Self.withoutNamespace[type], !namespace.isEmpty {
            throw BuiltinError("\(what) purl must not have a namespace")
        }
        switch type {
        case "chrome-extension":
            guard name.utf8.count == 32, name.utf8.allSatisfy({ (97...122).contains($0) }) else {
                throw BuiltinError("a chrome-extension name must be 32 lowercase ASCII letters")
            }
            let parts = version.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            let isVersion =
                parts.count <= 4 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (48...57).contains($0) } }
            guard version.isEmpty || isVersion else {
                throw BuiltinError("a chrome-extension version must be 1 to 4 dot-separated integers")
            }
        case "cpan":
            guard namespace.uppercased() == namespace else {
                throw BuiltinError("a cpan purl namespace must use uppercase characters")
            }
            guard !name.contains("::") else { throw BuiltinError("a cpan distribution name must not contain '::'") }
        case "julia":
            guard qualifiers["uuid"] != nil else { throw BuiltinError("a julia purl must have a uuid qualifier") }
        case "swift", "vscode-extension":
            guard !namespace.isEmpty else { throw BuiltinError("namespace is required") }
        default: break
        }
    }
}
