/// A blueprint as its document declares it, checked against the schema.
public struct BlueprintDocument: Sendable, Hashable {
    /// The name.
    public var name: String
    /// Marks that selectors match.
    public var labels: [String: String]
    /// Marks that nothing selects by.
    public var annotations: [String: String]
    /// What the daemon does about differences.
    public var mode: BlueprintMode
    /// Whether what leaves the blueprint leaves the host.
    public var prune: Bool
    /// Under which condition it is in force; nil when it always is.
    public var when: WhenExpression?
    /// Values for templates and conditions.
    public var parameters: [String: JSONValue]
    /// The resources, in the order of the document.
    public var resources: [ResourceDeclaration]
    /// Where the document begins.
    public var position: SourcePosition
    /// The spec as it was written, for the `Blueprint` object.
    public var spec: JSONValue

    /// Reads a whole document; nil when something does not fit, and the findings say what.
    ///
    /// Paths in the `denied` trees do not fit.
    public static func read(
        _ document: PositionedValue, file: String, denied: [DeniedTree] = DeniedTree.kernel
    ) -> (document: BlueprintDocument?, findings: [SchemaFinding]) {
        var validator = SchemaValidator()
        validator.validate(document, as: .object(BlueprintSchema.document), at: FieldPath())
        let spec = document["spec"]
        let findings = collect(validator, spec: spec, denied: denied)
        guard findings.isEmpty, let spec, let metadata = document["metadata"] else { return (nil, findings) }
        let reader = DeclarationReader(file: file)
        let blueprint = BlueprintDocument(
            name: metadata["name"]?.text ?? "", labels: reader.texts(metadata["labels"]),
            annotations: reader.texts(metadata["annotations"]), spec: spec, position: document.position(in: file),
            reader: reader)
        return (blueprint, [])
    }

    /// Reads an object that the API received; nil when its spec does not fit, and the findings say what.
    ///
    /// Positions name `file` and line 0.
    public static func read(
        _ object: APIObject, file: String = "", denied: [DeniedTree] = DeniedTree.kernel
    ) -> (document: BlueprintDocument?, findings: [SchemaFinding]) {
        let spec = PositionedValue(object.spec)
        var validator = SchemaValidator()
        validator.validate(spec, as: .object(BlueprintSchema.spec), at: FieldPath([.member("spec")]))
        let findings = collect(validator, spec: spec, denied: denied)
        guard findings.isEmpty else { return (nil, findings) }
        let blueprint = BlueprintDocument(
            name: object.metadata.name, labels: object.metadata.labels ?? [:],
            annotations: object.metadata.annotations ?? [:], spec: spec, position: spec.position(in: file),
            reader: DeclarationReader(file: file))
        return (blueprint, [])
    }

    private init(
        name: String, labels: [String: String], annotations: [String: String], spec: PositionedValue,
        position: SourcePosition, reader: DeclarationReader
    ) {
        self.name = name
        self.labels = labels
        self.annotations = annotations
        self.position = position
        self.spec = spec.json
        mode = spec["mode"]?.text.flatMap(BlueprintMode.init) ?? .enforce
        prune = spec["prune"]?.content == .bool(true)
        when = reader.condition(spec["when"])
        parameters = spec["parameters"]?.json.objectValue ?? [:]
        resources = spec["resources"]?.elements?.compactMap { reader.resource($0) } ?? []
    }

    private static func collect(
        _ validator: SchemaValidator, spec: PositionedValue?, denied: [DeniedTree]
    ) -> [SchemaFinding] {
        var findings = validator.findings
        let path = FieldPath([.member("spec"), .member("resources")])
        for (index, element) in (spec?["resources"]?.elements ?? []).enumerated() {
            guard findings.count < SchemaValidator.maximumFindings else { break }
            findings += ResourceRules.findings(element, at: path.appending(index), denied: denied)
        }
        return findings.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }
}
