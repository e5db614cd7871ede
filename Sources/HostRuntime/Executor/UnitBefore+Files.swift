public import Model
public import Store

extension UnitBefore {
    /// What was there before a unit was first managed, with what was found at the paths of its files where that is not
    /// known yet, and without files that the unit does not declare: those are gone, or stay as they are.
    public static func merged(
        _ known: StateBefore?, adding found: [NamedState], of id: ResourceID, _ unit: UnitAttributes
    ) -> StateBefore? {
        var before = UnitBefore(activeState: "", unitFileState: "")
        if case .unit(let unit)? = known { before = unit }
        var files = before.files ?? []
        files += found.filter { file in !files.contains { $0.name == file.name } }
        let declared = unit.fileNames(of: id.identity)
        files = files.filter { declared.contains($0.name) }
        before.files = files.isEmpty ? nil : files
        if files.isEmpty, before.activeState.isEmpty {
            if case .unit? = known { return nil }
            return known
        }
        return .unit(before)
    }
}
