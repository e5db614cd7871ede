/// The metadata of an API object, in the shape of Kubernetes.
public struct ObjectMeta: Codable, Sendable, Hashable {
    /// Unique among the objects of one kind and partition; safe in a URL.
    public var name: String
    /// Prefix from which the server makes a unique name when `name` is empty.
    public var generateName: String?
    /// Unique over time: a deleted and recreated object has another.
    public var uid: String?
    /// Changes with every write; compared for equality by clients, ordered by the store.
    public var resourceVersion: ResourceVersion?
    /// Counts changes of `spec`.
    public var generation: Int64?
    /// When the object was created.
    public var creationTimestamp: WallTime?
    /// When deletion was asked for; the object stays until its finalizers are gone.
    public var deletionTimestamp: WallTime?
    /// Identifying marks that selectors match.
    public var labels: [String: String]?
    /// Marks that nothing selects by.
    public var annotations: [String: String]?
    /// What must be done before the object may disappear.
    public var finalizers: [String]?
    /// Objects whose deletion deletes this one.
    public var ownerReferences: [OwnerReference]?
    /// Who set which fields.
    ///
    /// An update without it leaves what is stored; an empty list removes it.
    public var managedFields: [ManagedFieldsEntry]?

    /// Makes metadata for an object that is not stored yet.
    public init(
        name: String, labels: [String: String]? = nil, annotations: [String: String]? = nil,
        ownerReferences: [OwnerReference]? = nil
    ) {
        self.name = name
        self.labels = labels
        self.annotations = annotations
        self.ownerReferences = ownerReferences
    }

    /// Reads metadata; a missing name is empty, as a client that sends `generateName` leaves it out.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decodeIfPresent(String.self, forKey: .name) ?? ""
        generateName = try container.decodeIfPresent(String.self, forKey: .generateName)
        uid = try container.decodeIfPresent(String.self, forKey: .uid)
        resourceVersion = try container.decodeIfPresent(ResourceVersion.self, forKey: .resourceVersion)
        generation = try container.decodeIfPresent(Int64.self, forKey: .generation)
        creationTimestamp = try container.decodeIfPresent(WallTime.self, forKey: .creationTimestamp)
        deletionTimestamp = try container.decodeIfPresent(WallTime.self, forKey: .deletionTimestamp)
        labels = try container.decodeIfPresent([String: String].self, forKey: .labels)
        annotations = try container.decodeIfPresent([String: String].self, forKey: .annotations)
        finalizers = try container.decodeIfPresent([String].self, forKey: .finalizers)
        ownerReferences = try container.decodeIfPresent([OwnerReference].self, forKey: .ownerReferences)
        managedFields = try container.decodeIfPresent([ManagedFieldsEntry].self, forKey: .managedFields)
    }
}

/// A reference from an object to the one that owns it.
public struct OwnerReference: Codable, Sendable, Hashable {
    /// Always `aetheredge.io/v1` here.
    public var apiVersion: String
    /// The owner's kind.
    public var kind: String
    /// The owner's name.
    public var name: String
    /// The owner's uid, so that a namesake made later is not the owner.
    public var uid: String
    /// Whether the owner is the controller of the object.
    public var controller: Bool?
    /// Whether a deletion of the owner in the foreground waits for this object.
    public var blockOwnerDeletion: Bool?

    /// Makes a reference.
    public init(
        apiVersion: String = apiVersionName, kind: String, name: String, uid: String, controller: Bool? = true,
        blockOwnerDeletion: Bool? = nil
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
        self.controller = controller
        self.blockOwnerDeletion = blockOwnerDeletion
    }
}

/// Holds an object until everything is deleted that it owns.
public let foregroundFinalizer = "foregroundDeletion"

/// Holds an object until everything that it owns has lost it as an owner.
public let orphanFinalizer = "orphan"

/// The one API version that is served.
public let apiVersionName = "aetheredge.io/v1"
