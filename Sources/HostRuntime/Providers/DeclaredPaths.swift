public import Model

/// Which paths are declared, as far as directories that purge or go away, and files that need a parent, ask for it.
public struct DeclaredPaths: Sendable, Hashable {
    /// Names that are declared, or lead to something declared, by directory: only of directories that purge or are
    /// absent.
    private var kept: [String: Set<String>] = [:]
    /// Paths that will be directories, or links that may lead to one.
    private var parents: Set<String> = []
    /// Paths that are declared absent, within directories that are absent too.
    private var absent: Set<String> = []
    /// What declarations below recursive directories say for themselves.
    private var claims: [String: MetadataClaim] = [:]

    /// Collects the paths of everything that is in force; units bring their own files in `unitDirectory`.
    public init(_ declared: some Collection<DeclaredResource>, unitDirectory: String = unitDirectory) {
        for resource in declared {
            guard case .directory(let directory) = resource.attributes else {
                if case .symlink(let symlink) = resource.attributes, !symlink.isAbsent {
                    parents.insert(resource.id.identity)
                }
                continue
            }
            if directory.isAbsent || directory.purge { kept[resource.id.identity] = [] }
            if !directory.isAbsent { parents.insert(resource.id.identity) }
        }
        claims = MetadataClaim.claims(in: declared)
        guard !kept.isEmpty else { return }
        for resource in declared {
            let isAbsent = resource.attributes.isAbsent
            for path in resource.ownPaths(unitDirectory: unitDirectory) {
                if isAbsent { absent.insert(path) } else { keep(path) }
            }
        }
    }

    /// Whether something declared may be, or become, a directory at the path.
    public func mayBecomeDirectory(_ path: some StringProtocol) -> Bool { parents.contains(String(path)) }

    /// Whether a name in a directory is declared, or leads to something that is.
    func isKept(_ name: String, in directory: String) -> Bool { kept[directory]?.contains(name) ?? false }

    /// Whether a name in a directory is declared to be absent, so that its own resource removes it.
    func isDeclaredAbsent(_ name: String, in directory: String) -> Bool {
        absent.contains(directory == "/" ? "/" + name : directory + "/" + name)
    }

    /// What a recursive directory gives to a path below it: not what that path's own declaration says, and nothing
    /// where another recursive directory lies between.
    func unclaimed(_ metadata: FileMetadata, at path: String, below root: String) -> FileMetadata {
        guard !claims.isEmpty else { return metadata }
        var left = metadata
        if let claim = claims[path] {
            if claim.contains(.owner) { left.owner = nil }
            if claim.contains(.group) { left.group = nil }
            if claim.contains(.mode) { left.mode = nil }
        }
        for ancestor in PathAncestors(of: path) {
            if ancestor.utf8.count <= root.utf8.count { break }
            if claims[String(ancestor)]?.contains(.everythingBelow) == true { return FileMetadata() }
        }
        if claims[path]?.contains(.everythingBelow) == true { return FileMetadata() }
        return left
    }

    /// Records each component of a path in those of its ancestors that ask for it.
    private mutating func keep(_ path: String) {
        var child = Substring(path)
        for directory in PathAncestors(of: path) {
            let name = child.utf8.dropFirst(directory == "/" ? 1 : directory.utf8.count + 1)
            kept[String(directory)]?.insert(String(Substring(name)))
            child = directory
        }
    }
}

extension DeclaredResource {
    /// The paths that the resource itself takes.
    func ownPaths(unitDirectory: String) -> [String] {
        guard case .unit(let unit) = attributes else { return [id.identity] }
        var paths: [String] = []
        if unit.content != nil || unit.isMasked == true { paths.append("\(unitDirectory)/\(id.identity)") }
        for name in unit.dropIns.keys.sorted() { paths.append("\(unitDirectory)/\(id.identity).d/\(name)") }
        return paths
    }
}
