extension TemporaryName {
    /// The name under which a step prepares new content and keeps displaced content until the step is complete.
    static func step(_ index: Int, ofRun sequence: Int64) -> String { "\(prefix)\(sequence)-\(index)" }

    /// The name under which the undo of a step builds the old state.
    ///
    /// It differs from the name of the step itself, so that a half-written restoration is never taken for displaced
    /// content.
    static func undo(_ index: Int, ofRun sequence: Int64) -> String { "\(prefix)\(sequence)-\(index)u" }

    /// The name under which a displaced directory is taken apart, so that what is left of one is never put back.
    static func waste(_ index: Int, ofRun sequence: Int64) -> String { "\(prefix)\(sequence)-\(index)d" }

    /// The run that a name belongs to; nil when the name is not one that a step makes.
    static func sequence(in name: some StringProtocol) -> Int64? {
        guard matches(name) else { return nil }
        let rest = name.dropFirst(prefix.count)
        guard let dash = rest.firstIndex(of: "-"), rest.index(after: dash) != rest.endIndex else { return nil }
        return Int64(rest[..<dash])
    }

    /// The step that a name belongs to; nil when the name is not one that a step makes.
    static func step(in name: some StringProtocol) -> Int? {
        guard let dash = name.lastIndex(of: "-"), sequence(in: name) != nil else { return nil }
        let rest = name[name.index(after: dash)...]
        return Int(rest.last == "u" || rest.last == "d" ? rest.dropLast() : rest)
    }
}

/// Paths as the executor takes them apart; all are absolute and normal.
enum ExecutorPath {
    /// The directory of a path.
    static func parent(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    /// The last component of a path.
    static func name(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return String(path[path.utf8.index(after: slash)...])
    }

    /// The path of a name beside another path.
    static func beside(_ path: String, _ name: String) -> String { below(parent(of: path), name) }

    /// The path of a name in a directory.
    static func below(_ directory: String, _ name: String) -> String {
        directory == "/" ? "/" + name : directory + "/" + name
    }

    /// Every directory above a path, the nearest first, the root excluded.
    static func ancestors(of path: String) -> [String] {
        var result: [String] = []
        var current = parent(of: path)
        while current != "/" {
            result.append(current)
            current = parent(of: current)
        }
        return result
    }
}
