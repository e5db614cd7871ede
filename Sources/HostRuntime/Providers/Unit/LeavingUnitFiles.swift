internal import LinuxIO
internal import Model
internal import Store

/// What becomes of files of a unit that left its declaration: what was there before they were first written, or
/// nothing.
struct LeavingUnitFiles {
    private struct Entry {
        let path: String
        /// Nil for the unit's own file.
        let dropIn: String?
        let observed: DeclaredContent
        let before: StateBefore

        /// The bytes that are there afterwards.
        var after: DeclaredContent? { if case .file(let file) = before { file.content } else { nil } }

        var operation: Operation? {
            switch before {
            case .file(let file):
                file.content == observed
                    ? nil : .writeFile(path: path, content: file.content, metadata: file.metadata)
            case .symlink(let target, let metadata): .makeSymlink(path: path, target: target, metadata: metadata)
            case .absent, .directory, .special, .metadata, .unit, .none: .remove(path: path)
            }
        }
    }

    private let entries: [Entry]
    private let found: UnitFiles

    /// Takes the files of a unit that leave, with what was there before them; those that are gone already need nothing.
    init(of unit: String, _ leaving: [NamedState], found: UnitFiles) {
        self.found = found
        entries = leaving.sorted { ($0.name == unit ? 1 : 0, $0.name) < ($1.name == unit ? 1 : 0, $1.name) }
            .compactMap { file in
                let dropIn = file.name == unit ? nil : String(file.name.droppingFirst(bytes: unit.utf8.count + 3))
                guard let observed = dropIn.map({ found.dropIns[$0] }) ?? found.content else { return nil }
                return Entry(
                    path: "\(unitDirectory)/\(file.name)", dropIn: dropIn, observed: observed, before: file.state)
            }
    }

    /// The operations: drop-ins by name, then the unit's own file.
    var operations: [Operation] { entries.compactMap(\.operation) }

    /// Whether there is no unit afterwards that could run: its file goes and nothing else brings it, or the mask comes
    /// back that was there before.
    var removesUnit: Bool {
        switch entries.first(where: { $0.dropIn == nil })?.operation {
        case .remove?: !found.isBroughtElsewhere
        case .makeSymlink(_, "/dev/null", _)?: true
        default: false
        }
    }

    /// The unit's files once the operations are done.
    var afterwards: UnitFiles {
        var files = found
        for entry in entries {
            if let dropIn = entry.dropIn { files.dropIns[dropIn] = entry.after } else { files.content = entry.after }
        }
        return files
    }

    /// What goes or comes back, as people read it.
    var fields: [FieldDifference] {
        entries.filter { $0.operation != nil }.map { entry in
            FieldDifference(
                field: entry.dropIn.map { "drop-in '\($0)'" } ?? "content",
                observed: ChangeDraft.described(entry.observed), declared: entry.after.map(ChangeDraft.described))
        }
    }
}
