internal import Model

/// The order that everyone expects without writing it: what lies in a directory after the directory, a unit after the
/// files that make it; the other way round for what goes away.
struct ImpliedEdges {
    /// An edge, as numbers of declarations.
    struct Edge {
        let node: Int
        let first: Int
    }

    private let resources: [DeclaredResource]
    private let atPath: [Substring: Int]
    /// The nearest declared path at or above each directory that was asked for.
    private var nearest: [Substring: Int?] = [:]
    private(set) var edges: [Edge] = []
    private(set) var problems: [GraphError.Problem] = []

    /// Finds the edges; `atPath` has the number of the declaration of each path.
    init(_ resources: [DeclaredResource], atPath: [Substring: Int]) {
        self.resources = resources
        self.atPath = atPath
        var unitFiles: [Substring: [Int]] = [:]
        for (index, resource) in resources.enumerated() where resource.id.type.isPath {
            addAncestor(of: index)
            if let unit = Self.unit(ofFile: resource.id.identity) { unitFiles[unit, default: []].append(index) }
        }
        for (index, resource) in resources.enumerated() where resource.id.type == .unit {
            addFiles(of: index, unitFiles)
        }
    }

    /// The nearest declared path above: an edge to it is enough, as it has one to the next.
    private mutating func addAncestor(of index: Int) {
        let child = resources[index]
        guard let above = declared(above: child.id.identity) else { return }
        let parent = resources[above]
        switch (parent.attributes.isAbsent, child.attributes.isAbsent) {
        case (true, true): edges.append(Edge(node: above, first: index))
        case (true, false):
            conflict(
                index, above, "'\(child.id)' lies in '\(parent.id)', which is declared absent; drop one of them")
        case (false, _):
            if parent.id.type == .file {
                conflict(index, above, "'\(child.id)' lies below '\(parent.id)', which is not a directory")
            } else {
                edges.append(Edge(node: index, first: above))
            }
        }
    }

    private mutating func declared(above path: String) -> Int? {
        var ancestors = PathAncestors(of: path)
        guard let directory = ancestors.next() else { return nil }
        if let known = nearest[directory] { return known }
        var found = atPath[directory]
        while found == nil, let next = ancestors.next() { found = atPath[next] }
        nearest[directory] = .some(found)
        return found
    }

    /// The unit file, that of the template, and drop-ins of both.
    private mutating func addFiles(of index: Int, _ unitFiles: [Substring: [Int]]) {
        let name = resources[index].id.identity
        var names = [Substring(name)]
        if let template = Self.template(of: name) { names.append(Substring(template)) }
        for file in names.flatMap({ unitFiles[$0] ?? [] }) {
            if resources[file].attributes.isAbsent {
                edges.append(Edge(node: file, first: index))
            } else {
                edges.append(Edge(node: index, first: file))
            }
        }
        for path in resources[index].ownPaths(unitDirectory: unitDirectory) {
            if let other = atPath[path[...]], !resources[other].attributes.isAbsent {
                conflict(
                    other, index,
                    "'\(resources[other].id)' is a file that '\(resources[index].id)' declares itself; drop one of them"
                )
            }
            for ancestor in PathAncestors(of: path) {
                guard let above = atPath[ancestor] else { continue }
                if resources[above].attributes.isAbsent { break }
                edges.append(Edge(node: index, first: above))
                break
            }
        }
    }

    private mutating func conflict(_ index: Int, _ other: Int, _ text: String) {
        let place = resources[other].position
        problems.append(
            GraphError.Problem(
                .conflict, "\(text) (\(place.file):\(place.line):\(place.column))", at: resources[index].position,
                resources: [resources[index].id, resources[other].id]))
    }

    /// `getty@.service` for `getty@tty1.service`.
    static func template(of name: String) -> String? {
        guard let at = name.firstIndex(of: "@"), let dot = name.lastIndex(of: "."), at < dot,
            name.index(after: at) != dot
        else { return nil }
        return String(name[...at] + name[dot...])
    }

    private static let directoriesOfUnits = [
        "/etc/systemd/system/", "/usr/local/lib/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/",
        "/run/systemd/system/",
    ]

    /// The unit that a path is a unit file or drop-in of.
    static func unit(ofFile path: String) -> Substring? {
        for directory in directoriesOfUnits where path.utf8.starts(with: directory.utf8) {
            // By bytes: a combining mark after a slash makes one character of both.
            let parts = path.utf8.dropFirst(directory.utf8.count).split(
                separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            let isFolder = parts[0].reversed().starts(with: ".d".utf8.reversed())
            let unit = Substring(isFolder ? parts[0].dropLast(2) : parts[0])
            if parts.count == 1 { return unit }
            if parts.count == 2, isFolder, parts[1].reversed().starts(with: ".conf".utf8.reversed()) { return unit }
        }
        return nil
    }
}
