/// What opening found wrong with a state database, and where the old one is now.
public struct DatabaseRecovery: Sendable, Hashable {
    /// What is wrong with the old database.
    public var reason: String
    /// Where the old file stands, for people to look into.
    public var movedTo: String
    /// How many content blobs were carried over.
    public var salvagedBlobs: Int
    /// How many recoverable versions were carried over.
    public var salvagedVersions: Int

    /// Makes a report.
    public init(reason: String, movedTo: String, salvagedBlobs: Int = 0, salvagedVersions: Int = 0) {
        self.reason = reason
        self.movedTo = movedTo
        self.salvagedBlobs = salvagedBlobs
        self.salvagedVersions = salvagedVersions
    }
}
