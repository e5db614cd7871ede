import LinuxIO
import Model

/// Which directories must be watched for a set of declared paths, and which resources an event in one of them
/// concerns.
///
/// Pure.
struct WatchIndex: Sendable {
    /// Why a directory is watched.
    private struct Interest: Sendable {
        /// Whether a resource stands in the directory.
        var hasResources = false
        /// Names on the way to managed paths further down.
        var components: Set<String> = []
        /// A resource that every name in the directory concerns: one that purges or is recursive.
        var whole: ResourceID?
        /// The resource that the directory is.
        var own: ResourceID?
    }

    private var interests: [String: Interest] = [:]
    /// Resources in the order of their paths, for the one at a path and for everything below one.
    private var sorted: [ResourceID]
    /// Directories whose whole tree is watched.
    private(set) var recursive: [String] = []

    init(_ declared: [DeclaredResource]) {
        sorted = []
        sorted.reserveCapacity(declared.count)
        for resource in declared where resource.id.type.isPath {
            let path = resource.id.identity
            sorted.append(resource.id)
            let (parent, _) = Self.split(path)
            if interests[parent]?.hasResources != true {
                interests[parent, default: Interest()].hasResources = true
                addAncestors(of: parent)
            }
            guard case .directory(let directory) = resource.attributes, !directory.isAbsent else { continue }
            interests[path, default: Interest()].own = resource.id
            if directory.purge || directory.isRecursive { interests[path]?.whole = resource.id }
            if directory.isRecursive { recursive.append(path) }
        }
        sorted.sort { $0.identity < $1.identity }
    }

    /// The directories to watch, parents before children.
    var directories: [String] { interests.keys.sorted() }

    /// Whether only names on the way matter in a directory, not what is written there.
    func isPassage(_ directory: String) -> Bool {
        guard let interest = interests[directory] else { return false }
        return !interest.hasResources && interest.whole == nil && interest.own == nil
    }

    /// The resources that an event concerns.
    ///
    /// `name` is nil for the directory itself; `isStructural` when a name appeared or went, so that everything below
    /// it may have too.
    func resources(touched name: String?, in directory: String, isStructural: Bool) -> [ResourceID] {
        guard let interest = interests[directory] else {
            return recursive.contains { directory.isPath(atOrBelow: $0) }
                ? owner(above: directory) : []
        }
        guard let name else { return interest.own.map { [$0] } ?? [] }
        var found: [ResourceID] = []
        if interest.hasResources {
            let path = Self.join(directory, name)
            found += sorted[position(of: path)...].prefix { $0.identity == path }
        }
        if let whole = interest.whole { found.append(whole) }
        if isStructural, interest.components.contains(name) { found += below(Self.join(directory, name)) }
        return found
    }

    /// Whether directories below a name are watched, so that they must be marked again when it appears.
    func leadsFurther(_ name: String, in directory: String) -> Bool {
        interests[directory]?.components.contains(name) == true || interests[Self.join(directory, name)] != nil
            || recursive.contains { directory.isPath(atOrBelow: $0) }
    }

    /// Watched directories at or below a path.
    func directories(below path: String) -> [String] {
        directories.filter { $0.isPath(atOrBelow: path) }
    }

    /// Managed resources at or below a path.
    func below(_ path: String) -> [ResourceID] {
        let prefix = path + "/"
        var found: [ResourceID] = []
        // Names such as `a-b` sort between `a` and `a/b`: they are passed over.
        for id in sorted[position(of: path)...] {
            if id.identity == path || id.identity.utf8.starts(with: prefix.utf8) {
                found.append(id)
            } else if !id.identity.utf8.starts(with: path.utf8) {
                break
            }
        }
        return found
    }

    /// Where the first resource stands whose path does not come before a path.
    private func position(of path: String) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle].identity < path { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func owner(above directory: String) -> [ResourceID] {
        recursive.filter { directory.isPath(atOrBelow: $0) }.compactMap {
            interests[$0]?.whole
        }
    }

    private mutating func addAncestors(of directory: String) {
        var child = directory
        while child != "/" {
            let (parent, name) = Self.split(child)
            let isKnown = interests[parent]?.components.contains(name) == true
            interests[parent, default: Interest()].components.insert(name)
            if isKnown { return }
            child = parent
        }
    }

    static func split(_ path: String) -> (parent: String, name: String) {
        // By bytes: a combining mark after a slash makes one character of both.
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("/", path) }
        let parent = slash == path.startIndex ? "/" : String(path[..<slash])
        return (parent, String(path[path.utf8.index(after: slash)...]))
    }

    static func join(_ directory: String, _ name: String) -> String {
        directory == "/" ? "/" + name : directory + "/" + name
    }
}
