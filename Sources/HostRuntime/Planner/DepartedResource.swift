public import Model
public import Store

/// A resource that left the blueprint, and what becomes of it: what was there before it was managed is restored if it
/// is known, else the resource is removed, and only if its last declaration says `prune`.
public struct DepartedResource: Sendable, Hashable {
    /// The last declaration in force.
    public let last: DeclaredResource
    /// What was there before the resource was first managed.
    public let before: StateBefore?

    /// Takes the state of a resource that left.
    public init(_ row: ResourceRow) { self.init(last: row.declared, before: row.beforeAdoption) }

    /// Makes a departed resource.
    public init(last: DeclaredResource, before: StateBefore?) {
        self.last = last
        self.before = before
    }

    /// The resource.
    public var id: ResourceID { last.id }

    /// Whether its last declaration keeps every run from it.
    var isNeverRemoved: Bool { last.isProtected || last.mode == .observe }

    /// What is to hold of it from now on: observe this, and give it to the `ObservationContext` with everything
    /// declared.
    ///
    /// Units keep their last declaration, by which their files are found.
    public var target: DeclaredResource {
        var target = last
        target.dependencies = []
        if last.attributes.type != .unit { target.attributes = targetAttributes }
        return target
    }

    /// What was there before the files of a unit, as far as it is known.
    public var unitFiles: [NamedState] { if case .unit(let unit)? = before { unit.files ?? [] } else { [] } }

    private var targetAttributes: ResourceAttributes {
        switch before {
        case .file(let file)?:
            .file(
                FileAttributes(
                    content: file.content, owner: file.metadata.owner.map { String($0) },
                    group: file.metadata.group.map { String($0) }, mode: file.metadata.mode))
        case .directory(let metadata, _, _)?:
            .directory(
                DirectoryAttributes(
                    owner: metadata.owner.map { String($0) }, group: metadata.group.map { String($0) },
                    mode: metadata.mode))
        case .symlink(let target, let metadata)?:
            .symlink(
                SymlinkAttributes(
                    target: target, owner: metadata.owner.map { String($0) }, group: metadata.group.map { String($0) }))
        case .metadata(let metadata, _)?: restoring(metadata)
        case .absent?, .special?, .unit?, .some(.none), nil: absentAttributes
        }
    }

    /// The path was there before and only its metadata was managed: it stays.
    private func restoring(_ metadata: FileMetadata) -> ResourceAttributes {
        let owner = metadata.owner.map { String($0) }
        let group = metadata.group.map { String($0) }
        switch last.attributes {
        case .file: return .file(FileAttributes(owner: owner, group: group, mode: metadata.mode))
        case .directory:
            return .directory(DirectoryAttributes(owner: owner, group: group, mode: metadata.mode))
        case .symlink(let link): return .symlink(SymlinkAttributes(target: link.target, owner: owner, group: group))
        case .unit: return last.attributes
        }
    }

    private var absentAttributes: ResourceAttributes {
        switch last.attributes {
        case .file: .file(FileAttributes(isAbsent: true))
        case .directory(let directory): .directory(DirectoryAttributes(purge: directory.purge, isAbsent: true))
        case .symlink: .symlink(SymlinkAttributes(target: nil, isAbsent: true))
        case .unit: last.attributes
        }
    }
}
