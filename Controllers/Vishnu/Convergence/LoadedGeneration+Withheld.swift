import Model
import Store

extension LoadedGeneration {
    /// A row of what is no longer in force; what is withheld is forgotten and stays as it is, whatever `prune` said.
    func leavingAlone(_ row: ResourceRow) -> ResourceRow {
        guard withholds(row.id) else { return row }
        var row = row
        row.declared.prune = false
        return row
    }

    /// How many resources each blueprint declares that are left alone.
    var withheldByBlueprint: [String: Int] {
        withheld.reduce(into: [:]) { counts, resource in counts[resource.blueprint, default: 0] += 1 }
    }
}
