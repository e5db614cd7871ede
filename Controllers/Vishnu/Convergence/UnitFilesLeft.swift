import HostRuntime
import Model
import Store

/// Finds files that declared units wrote and no longer declare, with what was there before them.
///
/// Pure.
enum UnitFilesLeft {
    static func of(_ rows: [ResourceRow], in target: LoadedGeneration) -> [ResourceID: [NamedState]] {
        var left: [ResourceID: [NamedState]] = [:]
        for row in rows {
            guard case .unit(let before)? = row.beforeAdoption, let files = before.files,
                case .unit(let unit)? = target[row.id]?.attributes
            else { continue }
            let declared = unit.fileNames(of: row.id.identity)
            let leaving = files.filter { file in
                !declared.contains(file.name) && !isTaken("\(unitDirectory)/\(file.name)", in: target)
            }
            if !leaving.isEmpty { left[row.id] = leaving }
        }
        return left
    }

    /// Whether a declaration of its own has taken the path over.
    private static func isTaken(_ path: String, in target: LoadedGeneration) -> Bool {
        [ResourceType.file, .symlink].contains { target.contains(ResourceID(type: $0, identity: path)) }
    }
}
