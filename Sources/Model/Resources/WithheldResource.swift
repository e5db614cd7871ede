/// A resource that a commit declares and whose `when` does not hold: it is left alone, whatever stands there.
public struct WithheldResource: Codable, Sendable, Hashable {
    /// The identity.
    public var id: ResourceID
    /// The blueprint that declares it.
    public var blueprint: String
    /// The paths that it would take.
    public var paths: [String]

    /// Names a resource that is left alone.
    public init(id: ResourceID, blueprint: String, paths: [String]) {
        self.id = id
        self.blueprint = blueprint
        self.paths = paths
    }
}
