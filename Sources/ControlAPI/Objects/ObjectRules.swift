internal import Model

/// What may be written to an object through the API.
enum ObjectRules {
    /// Kinds whose objects only the daemon makes and removes.
    private static let madeByDaemon: [KindName: String] = [
        SourceKind.descriptor.kind: "it comes from the daemon's configuration; change /etc/aetheredge/aetheredge.yaml",
        ApprovalKind.descriptor.kind: "the daemon makes approvals; use aetherctl approve or aetherctl deny",
    ]

    /// Why an object's spec, status and existence are not for the API to change; nil when they are.
    static func owner(of object: APIObject) -> APIFailure? {
        if let reason = madeByDaemon[object.kind] {
            return .conflict("\(object.kind.rawValue) '\(object.metadata.name)' is owned by the daemon: \(reason)")
        }
        guard let source = object.metadata.labels?[ownerLabel] else { return nil }
        return .conflict(
            "\(object.kind.rawValue) '\(object.metadata.name)' is owned by Source \(source); commit there or pause")
    }

    /// Checks a new object; throws the first reason why it may not be made.
    static func checkCreation(_ object: APIObject) throws(APIFailure) {
        if let reason = madeByDaemon[object.kind] {
            throw .conflict("a \(object.kind.rawValue) cannot be created: \(reason)")
        }
        if object.metadata.labels?[ownerLabel] != nil { throw ownerLabelRefusal }
        try validate(object)
    }

    /// Checks that an object may replace the stored one; a dry run may show what is owned by a source.
    static func checkUpdate(
        _ object: APIObject, of stored: APIObject, part: WrittenPart, isDryRun: Bool
    ) throws(APIFailure) {
        let changesOwned =
            switch part {
            case .spec:
                object.spec != stored.spec || object.metadata.finalizers != stored.metadata.finalizers
                    || object.metadata.ownerReferences != stored.metadata.ownerReferences
                    || object.metadata.labels?[ownerLabel] != stored.metadata.labels?[ownerLabel]
            case .status: object.status != stored.status
            }
        if changesOwned, !isDryRun, let refusal = owner(of: stored) { throw refusal }
        if part == .spec, !isDryRun, object.metadata.labels?[ownerLabel] != stored.metadata.labels?[ownerLabel] {
            throw ownerLabelRefusal
        }
        if part == .status { try validateStatus(object) } else { try validate(object) }
    }

    private static var ownerLabelRefusal: APIFailure {
        let message = "only a source sets the label '\(ownerLabel)'; leave it out"
        return .invalid(
            message,
            causes: [
                APIStatus.Cause(reason: "FieldValueForbidden", message: message, field: "metadata.labels")
            ])
    }

    /// Checks name, labels and spec against the kind's schema; throws 422 with a cause for each field.
    private static func validate(_ object: APIObject) throws(APIFailure) {
        var causes: [APIStatus.Cause] = []
        if !object.metadata.name.isEmpty || object.metadata.generateName == nil {
            do throws(ModelError) { try ObjectName.validate(object.metadata.name) } catch {
                causes.append(
                    APIStatus.Cause(reason: "FieldValueInvalid", message: error.message, field: "metadata.name"))
            }
        }
        var validator = SchemaValidator()
        let metadata = FieldPath([.member("metadata")])
        check(object.metadata.labels, .text(.labelValue), at: metadata.appending("labels"), &validator)
        check(object.metadata.annotations, .string, at: metadata.appending("annotations"), &validator)
        causes += validator.findings.map(\.cause)
        causes += ownerCauses(object.metadata.ownerReferences ?? [])
        causes += KindSchema.findings(in: object).map(\.cause)
        try refuse(object, causes)
    }

    private static func ownerCauses(_ owners: [OwnerReference]) -> [APIStatus.Cause] {
        var causes: [APIStatus.Cause] = []
        for (index, owner) in owners.enumerated() {
            let members = [
                ("apiVersion", owner.apiVersion), ("kind", owner.kind), ("name", owner.name), ("uid", owner.uid),
            ]
            for (name, value) in members where value.isEmpty {
                causes.append(
                    APIStatus.Cause(
                        reason: "FieldValueRequired", message: "must not be empty",
                        field: "metadata.ownerReferences[\(index)].\(name)"))
            }
        }
        if owners.filter({ $0.controller == true }).count > 1 {
            causes.append(
                APIStatus.Cause(
                    reason: "FieldValueInvalid", message: "only one reference can have controller set to true",
                    field: "metadata.ownerReferences"))
        }
        return causes
    }

    private static func validateStatus(_ object: APIObject) throws(APIFailure) {
        guard let schema = KindSchema.of(object.kind) else { return }
        var validator = SchemaValidator()
        validator.validate(
            PositionedValue(object.status), as: .object(schema.status), at: FieldPath([.member("status")]))
        try refuse(object, validator.findings.map(\.cause))
    }

    private static func check(
        _ values: [String: String]?, _ type: FieldType, at path: FieldPath, _ validator: inout SchemaValidator
    ) {
        let json = JSONValue.object((values ?? [:]).mapValues { .string($0) })
        validator.validate(PositionedValue(json), as: .map(keys: .labelKey, values: type), at: path)
    }

    private static func refuse(_ object: APIObject, _ causes: [APIStatus.Cause]) throws(APIFailure) {
        guard let first = causes.first else { return }
        let more = causes.count > 1 ? " (and \(causes.count - 1) more)" : ""
        throw .invalid(
            "\(object.kind.rawValue) \(quoted(object.metadata.name)) is invalid: "
                + "\(first.field ?? ""): \(first.message)\(more)",
            causes: causes)
    }
}

/// The part of an object that a request writes.
enum WrittenPart: Sendable, Hashable {
    case spec
    case status
}
