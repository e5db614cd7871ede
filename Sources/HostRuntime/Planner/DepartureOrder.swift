internal import Model

/// Sorts departed resources: which are removed in which order, and which are only forgotten.
struct DepartureOrder {
    /// Units, in the order of their names.
    private(set) var units: [DepartedResource] = []
    /// Paths, what lies in a directory before the directory.
    private(set) var paths: [DepartedResource] = []
    /// What stays on the host: it is not pruned, or another declaration took it over.
    private(set) var forgettable: [ResourceID] = []

    init(_ request: PlanRequest) {
        guard !request.departed.isEmpty else { return }
        var taken: Set<String> = []
        for resource in request.declared {
            for path in resource.ownPaths(unitDirectory: unitDirectory) {
                taken.insert(path)
                for ancestor in PathAncestors(of: path) where !taken.insert(String(ancestor)).inserted { break }
            }
        }
        for departed in request.departed.sorted(by: { $0.id < $1.id }) {
            if !departed.last.prune || (departed.id.type.isPath && taken.contains(departed.id.identity)) {
                forgettable.append(departed.id)
            } else if departed.id.type == .unit {
                units.append(departed)
            } else {
                paths.append(departed)
            }
        }
        // A path sorts after the directories above it.
        paths.sort { $0.id.identity > $1.id.identity }
    }
}
