public import Model

/// The compact state of one managed resource; `Resource` objects are made from it on read.
public struct ResourceRow: Sendable, Hashable {
    /// The resource.
    public var id: ResourceID
    /// The declaration in force.
    public var declared: DeclaredResource
    /// The phase and what is known of drift and runs.
    public var status: ResourceKind.Status
    /// When the row was made.
    public var createdTime: WallTime
    /// The version of the last write; set by the store.
    public var version: ResourceVersion
    /// What was there before the resource was first managed, kept so that removal can restore it.
    public var beforeAdoption: StateBefore?

    /// Makes a row.
    public init(
        id: ResourceID, declared: DeclaredResource, status: ResourceKind.Status, createdTime: WallTime,
        version: ResourceVersion = ResourceVersion(0), beforeAdoption: StateBefore? = nil
    ) {
        self.id = id
        self.declared = declared
        self.status = status
        self.createdTime = createdTime
        self.version = version
        self.beforeAdoption = beforeAdoption
    }
}
