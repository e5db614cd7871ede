import LinuxIO

/// Follows symbolic links within a tree of entries, as the kernel would, without a file system.
struct LinkResolver {
    /// How often links may lead to links, as in the kernel.
    static let hopMaximum = 40

    /// Targets by the path of their link.
    private let targets: [[String]: String]

    init(targets: [[String]: String]) {
        self.targets = targets
    }

    /// Whether following a link stays in the tree all the way; one that leads to nothing within the tree does.
    func staysInside(_ link: [String]) -> Bool {
        var hops = 0
        return resolve(link, hops: &hops) != nil
    }

    /// Where a path leads; `nil` if it leaves the tree or does not end.
    private func resolve(_ path: [String], hops: inout Int) -> [String]? {
        var place: [String] = []
        var rest = Array(path.reversed())
        while let component = rest.popLast() {
            if component.isEmpty || component == "." { continue }
            if component == ".." {
                guard place.popLast() != nil else { return nil }
                continue
            }
            place.append(component)
            guard let target = targets[place] else { continue }
            hops += 1
            guard hops <= Self.hopMaximum, !target.isAbsolutePath else { return nil }
            place.removeLast()
            rest += target.pathComponents.reversed()
        }
        return place
    }
}
