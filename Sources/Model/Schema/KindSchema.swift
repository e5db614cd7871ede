/// The schema of a kind's `spec` and `status`.
public struct KindSchema: Sendable, Hashable {
    /// The kind.
    public let descriptor: KindDescriptor
    /// What is wanted.
    public let spec: ObjectSchema
    /// What was observed.
    public let status: ObjectSchema

    /// Every kind's schema, in the order of the registry.
    public static let all: [KindSchema] = [
        KindSchema(descriptor: SourceKind.descriptor, spec: SourceSchema.spec, status: SourceSchema.status),
        KindSchema(descriptor: BlueprintKind.descriptor, spec: BlueprintSchema.spec, status: BlueprintSchema.status),
        KindSchema(descriptor: ResourceKind.descriptor, spec: ResourceSchema.spec, status: ResourceSchema.status),
        KindSchema(descriptor: WorkflowRunKind.descriptor, spec: RunSchema.spec, status: RunSchema.status),
        KindSchema(descriptor: ApprovalKind.descriptor, spec: ApprovalSchema.spec, status: ApprovalSchema.status),
        KindSchema(descriptor: EventKind.descriptor, spec: EventSchema.spec, status: EventSchema.status),
        KindSchema(descriptor: RoleKind.descriptor, spec: RoleSchema.role, status: RoleSchema.roleStatus),
        KindSchema(
            descriptor: RoleBindingKind.descriptor, spec: RoleSchema.binding, status: RoleSchema.bindingStatus),
    ]

    /// The schema of a kind.
    public static func of(_ kind: KindName) -> KindSchema? { all.first { $0.descriptor.kind == kind } }

    /// What does not fit in an object's spec; nothing for a kind without a schema.
    public static func findings(in object: APIObject) -> [SchemaFinding] {
        guard let schema = of(object.kind) else { return [] }
        if object.kind == BlueprintKind.descriptor.kind { return BlueprintDocument.read(object).findings }
        var validator = SchemaValidator()
        validator.validate(
            PositionedValue(object.spec), as: .object(schema.spec), at: FieldPath([.member("spec")]))
        if object.kind == RoleKind.descriptor.kind, validator.findings.isEmpty {
            return RoleKind.findings(in: object.spec)
        }
        return validator.findings
    }

    /// The definition of a whole object as the API serves it.
    var served: ObjectSchema {
        ObjectSchema(
            descriptor.kind.rawValue, title: "a \(descriptor.singular)", summary: descriptor.summary,
            fields: [
                FieldSchema("apiVersion", .word([apiVersionName]), "The version of the format.", required: true),
                FieldSchema("kind", .word([descriptor.kind.rawValue]), "The kind of the object.", required: true),
                FieldSchema("metadata", .object(MetadataSchema.served), "What identifies the object.", required: true),
                FieldSchema("spec", .object(spec), "What is wanted."),
                FieldSchema("status", .object(status), "What was observed."),
            ])
    }
}
