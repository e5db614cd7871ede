/// A table of objects as `kubectl get` shows it: `Table` of `meta.k8s.io/v1`.
public struct ObjectTable: Sendable, Hashable {
    /// A column.
    public struct Column: Sendable, Hashable {
        /// The heading.
        public let name: String
        /// The type of its cells, as OpenAPI names it.
        public let type: String
        /// 0 is always shown; more only in wide tables.
        public let priority: Int
        /// What the column holds.
        public let summary: String

        /// Makes a column.
        public init(name: String, type: String = "string", priority: Int = 0, summary: String) {
            self.name = name
            self.type = type
            self.priority = priority
            self.summary = summary
        }
    }

    /// A row.
    public struct Row: Sendable, Hashable {
        /// One value for each column; null where the object has none.
        public var cells: [JSONValue]
        /// The object of the row.
        public var object: APIObject

        /// Makes a row.
        public init(cells: [JSONValue], object: APIObject) {
            self.cells = cells
            self.object = object
        }
    }

    /// How much of its object a row carries.
    public enum RowObject: String, Sendable, Hashable {
        case none = "None"
        case metadata = "Metadata"
        case object = "Object"
    }

    /// The columns: NAME, those of the kind, AGE.
    public let columns: [Column]
    /// The rows.
    public var rows: [Row]

    /// Makes the table of objects of a kind at a time, from which their ages count.
    public init(of objects: [APIObject], descriptor: KindDescriptor, now: WallTime) {
        columns =
            [Column(name: "Name", type: "string", priority: 0, summary: "The name of the object.")]
            + descriptor.columns.map {
                Column(
                    name: $0.name, type: $0.type, priority: $0.priority,
                    summary: "The value of \($0.path.joined(separator: ".")).")
            }
            + [Column(name: "Age", type: "string", priority: 0, summary: "How long ago the object was created.")]
        rows = []
        rows.reserveCapacity(objects.count)
        for object in objects {
            var cells: [JSONValue] = [.string(object.metadata.name)]
            for column in descriptor.columns { cells.append(object.value(at: column.path) ?? .null) }
            cells.append(
                object.metadata.creationTimestamp.map { .string(now.age(since: $0)) } ?? .string("<unknown>"))
            rows.append(Row(cells: cells, object: object))
        }
    }

    /// Makes a table of columns and rows.
    public init(columns: [Column], rows: [Row]) {
        self.columns = columns
        self.rows = rows
    }

    /// The columns as the API shows them.
    public var columnDefinitions: JSONValue {
        .array(
            columns.map {
                .object([
                    "name": .string($0.name), "type": .string($0.type), "format": $0.name == "Name" ? "name" : "",
                    "priority": .integer(Int64($0.priority)), "description": .string($0.summary),
                ])
            })
    }

    /// The rows as the API shows them, each with what `object` makes of its object.
    public func rowValues(
        _ object: (APIObject) throws(ModelError) -> JSONValue?
    ) throws(ModelError) -> [JSONValue] {
        var values: [JSONValue] = []
        values.reserveCapacity(rows.count)
        for row in rows {
            var members: [String: JSONValue] = ["cells": .array(row.cells)]
            members["object"] = try object(row.object)
            values.append(.object(members))
        }
        return values
    }

    /// The table as the API shows it.
    public func json(listMetadata: JSONValue, including: RowObject) throws(ModelError) -> JSONValue {
        let rows = try rowValues { object throws(ModelError) in
            switch including {
            case .none: nil
            case .metadata: try object.partialMetadata
            case .object: try object.json
            }
        }
        return .object([
            "apiVersion": "meta.k8s.io/v1", "kind": "Table", "metadata": listMetadata,
            "columnDefinitions": columnDefinitions, "rows": .array(rows),
        ])
    }
}

extension APIObject {
    /// The object as `PartialObjectMetadata`.
    public var partialMetadata: JSONValue {
        get throws(ModelError) {
            .object([
                "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": try metadata.json,
            ])
        }
    }

    /// The value at a path of member names from the object's root; nil where there is none.
    ///
    /// A name applied to a list finds the element whose `type` it is, so that conditions are addressed by their type:
    /// `status.conditions.Ready.status`.
    public func value(at path: [String]) -> JSONValue? {
        guard let first = path.first else { return nil }
        switch first {
        case "spec": return spec.value(at: path.dropFirst())
        case "status": return status.value(at: path.dropFirst())
        case "metadata": return (try? JSONValue(encoding: metadata))?.value(at: path.dropFirst())
        case "kind": return path.count == 1 ? .string(kind.rawValue) : nil
        case "apiVersion": return path.count == 1 ? .string(apiVersionName) : nil
        default: return nil
        }
    }
}

extension JSONValue {
    /// The value at a path of member names; a name applied to a list finds the element whose `type` it is.
    public func value(at path: some Sequence<String>) -> JSONValue? {
        var value = self
        for name in path {
            switch value {
            case .object(let members):
                guard let next = members[name] else { return nil }
                value = next
            case .array(let elements):
                guard let next = elements.first(where: { $0["type"]?.stringValue == name }) else { return nil }
                value = next
            default: return nil
            }
        }
        return value
    }
}
