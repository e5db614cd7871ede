/// The directories above an absolute path, nearest first, `/` last.
struct PathAncestors: Sequence, IteratorProtocol {
    private var rest: Substring?

    init(of path: some StringProtocol) { rest = Substring(path) }

    mutating func next() -> Substring? {
        guard let path = rest, path.utf8.count > 1, let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else {
            return nil
        }
        if slash == path.startIndex {
            rest = nil
            return path[...slash]
        }
        rest = path[..<slash]
        return path[..<slash]
    }
}
