/// An API object of any kind, as the store and the API server hold it.
public struct APIObject: Sendable, Hashable {
    /// The kind, which names the schema of `spec` and `status`.
    public var kind: KindName
    /// The metadata.
    public var metadata: ObjectMeta
    /// What is wanted.
    public var spec: JSONValue
    /// What was observed; empty until a controller has written it.
    public var status: JSONValue

    /// Makes an object.
    public init(kind: KindName, metadata: ObjectMeta, spec: JSONValue = .object([:]), status: JSONValue = .object([:]))
    {
        self.kind = kind
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    /// The identity of the object within its partition.
    public var key: ObjectKey { ObjectKey(kind: kind, name: metadata.name) }
}

/// A kind's name in CamelCase, such as `Blueprint`.
public struct KindName: RawRepresentable, Hashable, Sendable, Codable, Comparable {
    /// The name.
    public let rawValue: String

    /// Makes a name.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Orders by name.
    public static func < (left: KindName, right: KindName) -> Bool { left.rawValue < right.rawValue }
}

/// The identity of an object within its partition.
public struct ObjectKey: Hashable, Sendable, Comparable {
    /// The kind.
    public let kind: KindName
    /// The name.
    public let name: String

    /// Makes a key.
    public init(kind: KindName, name: String) {
        self.kind = kind
        self.name = name
    }

    /// Orders by kind, then by name: the order of lists.
    public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        left.kind == right.kind ? left.name < right.name : left.kind < right.kind
    }
}

/// A partition of the store: one host (DESIGN 13).
public struct Partition: RawRepresentable, Hashable, Sendable {
    /// The host's name in the fleet; `local` on a host by itself.
    public let rawValue: String

    /// Makes a partition.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The partition of a host that is not part of a fleet.
    public static let local = Partition(rawValue: "local")
}
