import Model
import Store

/// A compiled generation in memory, with its declarations by resource.
struct LoadedGeneration: Sendable {
    /// The number.
    let number: Int64
    /// The commit.
    let commit: CommitDescription
    /// Every declaration, in an order that respects dependencies.
    let resources: [DeclaredResource]
    /// What the commit declares besides, and leaves alone.
    let withheld: [WithheldResource]
    /// The resources that are left alone.
    private let withheldIDs: Set<ResourceID>
    /// Declared units whose files are removed when they leave.
    let prunedUnits: [ResourceID]
    /// Positions in `resources`.
    private let index: [ResourceID: Int]

    init(_ record: GenerationRecord) {
        number = record.number
        commit = record.commit
        resources = record.resources
        withheld = record.withheld
        withheldIDs = Set(record.withheld.map(\.id))
        prunedUnits = record.resources.filter { $0.id.type == .unit && $0.prune }.map(\.id)
        index = Dictionary(uniqueKeysWithValues: record.resources.enumerated().map { ($1.id, $0) })
    }

    /// The declaration of a resource.
    subscript(id: ResourceID) -> DeclaredResource? { index[id].map { resources[$0] } }

    /// The declarations of some resources in the order of all, as a pass over everything has them in its plans.
    func inOrder(_ ids: some Sequence<ResourceID>) -> [DeclaredResource] {
        ids.compactMap { index[$0] }.sorted().map { resources[$0] }
    }

    /// Whether the resource is left alone: it is no longer managed, and never taken back.
    func withholds(_ id: ResourceID) -> Bool { withheldIDs.contains(id) && index[id] == nil }

    /// Whether the resource is declared and in force.
    func contains(_ id: ResourceID) -> Bool { index[id] != nil }
}
