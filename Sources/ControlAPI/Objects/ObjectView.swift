internal import Model

/// How the objects of a kind look to a client: as they are stored, or in the shape of another API.
struct ObjectView: Sendable {
    /// The version of the shape.
    let apiVersion: String
    /// The kind of the shape.
    let kind: String
    /// The members by which field selectors may begin.
    let fieldRoots: [String]
    /// The object in the shape.
    let json: @Sendable (APIObject) throws(ModelError) -> JSONValue
    /// The rows and columns of a table at a time.
    let table: @Sendable ([APIObject], WallTime) -> ObjectTable
    /// Whether the client looks where there are none.
    var isEmpty = false

    /// Objects as they are stored.
    static func stored(_ descriptor: KindDescriptor) -> ObjectView {
        ObjectView(
            apiVersion: apiVersionName, kind: descriptor.kind.rawValue, fieldRoots: FieldSelector.roots,
            json: { object throws(ModelError) in try object.json },
            table: { ObjectTable(of: $0, descriptor: descriptor, now: $1) })
    }

    /// Whether objects are shown as they are stored.
    var isStored: Bool { apiVersion == apiVersionName }

    /// The object's metadata only.
    func partialMetadata(_ object: APIObject) throws(ModelError) -> JSONValue {
        .object([
            "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata",
            "metadata": try json(object)["metadata"] ?? .object([:]),
        ])
    }
}

extension AnswerForm {
    /// One object in this form.
    func json(_ object: APIObject, _ view: ObjectView, now: WallTime) throws(APIFailure) -> JSONValue {
        try json(object, view, now: now, withColumns: true)
    }

    /// One object in this form; in a watch only the first table names its columns.
    func json(
        _ object: APIObject, _ view: ObjectView, now: WallTime, withColumns: Bool
    ) throws(APIFailure) -> JSONValue {
        do throws(ModelError) {
            switch self {
            case .objects: return try view.json(object)
            case .metadata: return try view.partialMetadata(object)
            case .table:
                var members: [String: JSONValue] = [
                    "apiVersion": "meta.k8s.io/v1", "kind": "Table", "metadata": Self.metadata(of: object),
                    "rows": .array(try rows([object], view, now: now)),
                ]
                members["columnDefinitions"] = withColumns ? view.table([], now).columnDefinitions : .array([])
                return .object(members)
            }
        } catch {
            throw APIFailure(error)
        }
    }

    /// The elements of a list in this form.
    func elements(_ objects: [APIObject], _ view: ObjectView, now: WallTime) throws(ModelError) -> [JSONValue] {
        switch self {
        case .table: return try rows(objects, view, now: now)
        case .objects, .metadata:
            var elements: [JSONValue] = []
            elements.reserveCapacity(objects.count)
            for object in objects {
                elements.append(self == .metadata ? try view.partialMetadata(object) : try view.json(object))
            }
            return elements
        }
    }

    /// The text of a list before its elements.
    func open(_ view: ObjectView, now: WallTime) -> String {
        switch self {
        case .objects: "{\"apiVersion\":\"\(view.apiVersion)\",\"kind\":\"\(view.kind)List\",\"items\":["
        case .metadata:
            "{\"apiVersion\":\"meta.k8s.io/v1\",\"kind\":\"PartialObjectMetadataList\",\"items\":["
        case .table:
            "{\"apiVersion\":\"meta.k8s.io/v1\",\"kind\":\"Table\",\"columnDefinitions\":"
                + view.table([], now).columnDefinitions.canonicalText + ",\"rows\":["
        }
    }

    /// What tells a watcher that nothing changed up to a version.
    func bookmark(_ version: ResourceVersion, _ view: ObjectView, isInitialEnd: Bool) -> JSONValue {
        var metadata: [String: JSONValue] = ["resourceVersion": .string(String(version.value))]
        if isInitialEnd { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        switch self {
        case .objects:
            return [
                "apiVersion": .string(view.apiVersion), "kind": .string(view.kind), "metadata": .object(metadata),
            ]
        case .metadata:
            return [
                "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": .object(metadata),
            ]
        case .table:
            let object: JSONValue = [
                "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": .object(metadata),
            ]
            return [
                "apiVersion": "meta.k8s.io/v1", "kind": "Table",
                "metadata": ["resourceVersion": .string(String(version.value))], "columnDefinitions": [],
                "rows": [["cells": [], "object": object]],
            ]
        }
    }

    private func rows(_ objects: [APIObject], _ view: ObjectView, now: WallTime) throws(ModelError) -> [JSONValue] {
        guard case .table(let included) = self else { return [] }
        return try view.table(objects, now).rowValues { object throws(ModelError) in
            switch included {
            case .none: nil
            case .metadata: try view.partialMetadata(object)
            case .object: try view.json(object)
            }
        }
    }

    private static func metadata(of object: APIObject) -> JSONValue {
        ["resourceVersion": .string(String(object.metadata.resourceVersion?.value ?? 0))]
    }
}
