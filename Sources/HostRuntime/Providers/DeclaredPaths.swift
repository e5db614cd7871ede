public import Model

/// Which paths are declared, as far as directories that purge or go away, and files that need a parent, ask for it.
public struct DeclaredPaths: Sendable, Hashable {
    /// Names that are declared, or lead to something declared, by directory: only of directories that purge or are
    /// absent.
    private var kept: [String: Set<String>] = [:]
    /// Every declared path and the directories that lead to one, where directories purge: behind a link, each may be
    /// what such a directory holds.
    private var leading: Set<String> = []
    /// Paths that will be directories.
    private var directories: Set<String> = []
    /// Paths that will be links.
    private var links: Set<String> = []
    /// Paths that are declared absent, within directories that are absent too.
    private var absent: Set<String> = []
    /// Declared paths below recursive directories, and whether they are recursive themselves.
    private var claims: [String: Bool] = [:]

    /// Collects the paths of everything that is in force; units bring their own files in `unitDirectory`.
    ///
    /// `alone` are paths that are left alone: no directory that purges takes them for strays.
    public init(
        _ declared: some Collection<DeclaredResource>, leaving alone: [String] = [],
        unitDirectory: String = unitDirectory
    ) {
        for resource in declared {
            guard case .directory(let directory) = resource.attributes else {
                if case .symlink(let symlink) = resource.attributes, !symlink.isAbsent {
                    links.insert(resource.id.identity)
                }
                continue
            }
            if directory.isAbsent || directory.purge { kept[resource.id.identity] = [] }
            if !directory.isAbsent { directories.insert(resource.id.identity) }
        }
        claims = Self.claims(in: declared)
        guard !kept.isEmpty else { return }
        for resource in declared {
            let isAbsent = resource.attributes.isAbsent
            for path in resource.ownPaths(unitDirectory: unitDirectory) {
                if isAbsent { absent.insert(path) } else { keep(path) }
            }
        }
        for path in alone { keep(path) }
    }

    /// Whether a directory is declared at the path.
    func willBeDirectory(_ path: Substring) -> Bool { directories.contains(String(path)) }

    /// Whether a link is declared at the path.
    func willBeLink(_ path: Substring) -> Bool { links.contains(String(path)) }

    /// Whether a name in a directory is declared, or leads to something that is.
    func isKept(_ name: String, in directory: String) -> Bool { kept[directory]?.contains(name) ?? false }

    /// The paths that are declared, or lead to one, with a last name out of some, by that name; none that lie in the
    /// directory itself.
    func namesakes(of names: [String], outside directory: String) -> [String: [String]] {
        let wanted = Set(names)
        var found: [String: [String]] = [:]
        for path in leading {
            guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { continue }
            let name = String(path[path.utf8.index(after: slash)...])
            guard wanted.contains(name), path[..<slash] != directory else { continue }
            found[name, default: []].append(path)
        }
        return found.mapValues { $0.sorted() }
    }

    /// Whether a name in a directory is declared to be absent, so that its own resource removes it.
    func isDeclaredAbsent(_ name: String, in directory: String) -> Bool {
        absent.contains(directory == "/" ? "/" + name : directory + "/" + name)
    }

    /// Whether a recursive directory says nothing of a path below it: the path has a declaration of its own, or
    /// another recursive directory lies between.
    func speaksForItself(_ path: String, below root: String) -> Bool {
        if claims[path] != nil { return true }
        for ancestor in PathAncestors(of: path) {
            if ancestor.utf8.count <= root.utf8.count { return false }
            if claims[String(ancestor)] == true { return true }
        }
        return false
    }

    private static func claims(in declared: some Collection<DeclaredResource>) -> [String: Bool] {
        let recursive = Set(declared.lazy.filter(\.attributes.isRecursive).map(\.id.identity))
        guard !recursive.isEmpty else { return [:] }
        var claims: [String: Bool] = [:]
        for resource in declared where resource.id.type.isPath && !resource.attributes.isAbsent {
            let path = resource.id.identity
            guard PathAncestors(of: path).contains(where: { recursive.contains(String($0)) }) else { continue }
            claims[path] = resource.attributes.isRecursive
        }
        return claims
    }

    /// Records each component of a path in those of its ancestors that ask for it.
    private mutating func keep(_ path: String) {
        var child = Substring(path)
        for directory in PathAncestors(of: path) {
            // What leads there was recorded with another path.
            guard leading.insert(String(child)).inserted else { return }
            let name = child.utf8.dropFirst(directory == "/" ? 1 : directory.utf8.count + 1)
            kept[String(directory)]?.insert(String(Substring(name)))
            child = directory
        }
    }
}

extension DeclaredResource {
    /// The paths that the resource itself takes.
    public func ownPaths(unitDirectory: String) -> [String] {
        guard case .unit(let unit) = attributes else { return [id.identity] }
        var paths: [String] = []
        if unit.content != nil || unit.isMasked == true { paths.append("\(unitDirectory)/\(id.identity)") }
        for name in unit.dropIns.keys.sorted() { paths.append("\(unitDirectory)/\(id.identity).d/\(name)") }
        return paths
    }
}
