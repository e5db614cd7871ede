public import Model

/// A store whose objects can be moved to another one as they are.
public protocol TransferableStore: ObjectStore {
    /// The kinds of which there are objects, in the order of their names.
    func kinds() async throws -> [KindName]

    /// The newest version.
    func newestVersion() async throws -> ResourceVersion

    /// Stores objects as they are but for their versions, which follow the order that they are given in, all above
    /// `version`, in one transaction. Every version before is of no history afterwards. Throws `.conflict`, and changes
    /// nothing, unless the store is empty or what it holds is to be replaced.
    func adopt(_ objects: [APIObject], above version: ResourceVersion, replacing: Bool) async throws
}
