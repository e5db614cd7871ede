/// A document of a site repository, by what it is.
public enum SiteDocument: Sendable, Hashable {
    /// A blueprint that fits its schema.
    case blueprint(BlueprintDocument)
    /// A document of another product, such as a file that a resource installs; it is left alone.
    case foreign
    /// A document of ours that does not fit; the diagnostics say why.
    case invalid([CompileDiagnostic])

    /// Tells what a document is, and reads it.
    ///
    /// A document is ours when its `apiVersion` is of our API group or its `kind` is one of ours without any
    /// `apiVersion`.
    public init(_ document: PositionedValue, file: String, denied: [DeniedTree] = DeniedTree.kernel) {
        guard let members = document.members else {
            self = .foreign
            return
        }
        let version = document["apiVersion"]
        let kind = document["kind"]
        guard Self.isOurs(members, version: version, kind: kind) else {
            self = .foreign
            return
        }
        if let refusal = Self.refusal(document, version: version, kind: kind) {
            self = .invalid([refusal.diagnostic(in: file)])
            return
        }
        let (blueprint, findings) = BlueprintDocument.read(document, file: file, denied: denied)
        self = blueprint.map { .blueprint($0) } ?? .invalid(findings.map { $0.diagnostic(in: file) })
    }

    private static func isOurs(
        _ members: [PositionedMember], version: PositionedValue?, kind: PositionedValue?
    ) -> Bool {
        if let version {
            let group = version.text?.split(separator: "/").first.map(String.init) ?? ""
            return group == apiGroupName || Suggestion.nearest(to: group, among: [apiGroupName]) != nil
        }
        guard let kind = kind?.text else { return false }
        return KindRegistry.descriptor(of: KindName(rawValue: kind)) != nil && members.contains { $0.key == "spec" }
    }

    private static func refusal(
        _ document: PositionedValue, version: PositionedValue?, kind: PositionedValue?
    ) -> SchemaFinding? {
        func finding(_ message: String, _ value: PositionedValue, _ field: String) -> SchemaFinding {
            SchemaFinding(
                path: FieldPath([.member(field)]), line: value.line, column: value.column, message: message)
        }
        if let version, version.text != apiVersionName {
            return finding(
                "apiVersion '\((version.text ?? "").shownInMessage)' is not supported; write '\(apiVersionName)'",
                version,
                "apiVersion")
        }
        guard let kind else { return finding("the document needs 'kind'", document, "kind") }
        guard let name = kind.text else {
            return finding("'kind' must be a string, not \(kind.typeName)", kind, "kind")
        }
        if name == BlueprintKind.descriptor.kind.rawValue { return nil }
        if KindRegistry.unsupported.contains(name) {
            return finding("kind '\(name)' is not supported in this version", kind, "kind")
        }
        if KindRegistry.descriptor(of: KindName(rawValue: name)) != nil {
            return finding(
                "kind '\(name)' cannot be declared in a repository; the daemon makes it", kind, "kind")
        }
        let known = [BlueprintKind.descriptor.kind.rawValue] + KindRegistry.unsupported
        return finding(
            "there is no kind '\(name.shownInMessage)'" + Suggestion.clause(for: name, among: known), kind, "kind")
    }
}
