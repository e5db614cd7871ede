/// A kind of API object: its name, and the types of its `spec` and `status`.
public protocol Kind: Sendable {
    /// What is wanted.
    associatedtype Spec: Codable & Sendable & Hashable
    /// What was observed. Must decode from `{}`: a new object has no status.
    associatedtype Status: Codable & Sendable & Hashable

    /// Names, columns and schema of the kind.
    static var descriptor: KindDescriptor { get }
}

/// An object of a known kind.
public struct Object<K: Kind>: Sendable, Hashable {
    /// The metadata.
    public var metadata: ObjectMeta
    /// What is wanted.
    public var spec: K.Spec
    /// What was observed.
    public var status: K.Status

    /// Makes an object.
    public init(metadata: ObjectMeta, spec: K.Spec, status: K.Status) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    /// Reads an object; throws `ModelError.invalidObject` naming the field that does not fit.
    public init(_ object: APIObject) throws(ModelError) {
        metadata = object.metadata
        spec = try object.spec.decode(K.Spec.self, field: "spec")
        status = try object.status.decode(K.Status.self, field: "status")
    }

    /// The object in its untyped form.
    public func untyped() throws(ModelError) -> APIObject {
        APIObject(
            kind: K.descriptor.kind, metadata: metadata, spec: try JSONValue(encoding: spec),
            status: try JSONValue(encoding: status))
    }
}

/// How a kind is named and shown.
public struct KindDescriptor: Sendable, Hashable {
    /// The kind, such as `WorkflowRun`.
    public let kind: KindName
    /// The name in URLs, such as `workflowruns`.
    public let plural: String
    /// The name in messages, such as `workflowrun`.
    public let singular: String
    /// What may be typed instead, such as `run`.
    public let shortNames: [String]
    /// Whether the API refuses every write (projections such as `Resource`).
    public let isReadOnly: Bool
    /// Columns of tables after NAME and before AGE.
    public let columns: [PrinterColumn]
    /// One sentence on the kind.
    public let summary: String

    /// Makes a descriptor.
    public init(
        kind: String, plural: String, singular: String, shortNames: [String] = [], isReadOnly: Bool = false,
        columns: [PrinterColumn], summary: String
    ) {
        self.kind = KindName(rawValue: kind)
        self.plural = plural
        self.singular = singular
        self.shortNames = shortNames
        self.isReadOnly = isReadOnly
        self.columns = columns
        self.summary = summary
    }
}

/// A column that tables show, as `additionalPrinterColumns` of Kubernetes.
public struct PrinterColumn: Sendable, Hashable {
    /// The heading.
    public let name: String
    /// The path of the value: member names from the object's root.
    public let path: [String]
    /// 0 is always shown; more only in wide tables.
    public let priority: Int
    /// The type of the values, as OpenAPI names it.
    public let type: String

    /// Makes a column.
    public init(_ name: String, path: [String], priority: Int = 0, type: String = "string") {
        self.name = name
        self.path = path
        self.priority = priority
        self.type = type
    }
}
