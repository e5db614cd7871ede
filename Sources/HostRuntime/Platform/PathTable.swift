package import LinuxIO

/// Paths grouped by the directory that holds them, so that looking at all of them opens each directory once and
/// allocates nothing per file.
///
/// Rows are in the order of the groups; `index(ofRow:)` leads back to the order of the list.
public struct PathTable: Sendable {
    /// The names of one directory.
    package struct Group: Sendable {
        /// The directory.
        package let directory: String
        /// The names in it.
        package var names = NameTable()
        /// The row of the first name.
        package var firstRow = 0
    }

    /// The groups in the order of their rows.
    package private(set) var groups: [Group] = []
    /// The index in the list of each row.
    private var indices: [Int32] = []
    /// Paths that name nothing, with the reason; their rows come last.
    package private(set) var invalid: [(index: Int, error: HostError)] = []

    /// Makes a table; paths are absolute and have no `..`.
    public init(_ paths: some Sequence<String>) {
        var groupOfDirectory: [Substring: Int] = [:]
        var members: [[Int32]] = []
        for (index, path) in paths.enumerated() {
            do throws(HostError) {
                let (directory, name) = try PathTable.split(path)
                let group = groupOfDirectory[directory] ?? groups.count
                if group == groups.count {
                    groupOfDirectory[directory] = group
                    groups.append(Group(directory: String(directory)))
                    members.append([])
                }
                try PathTable.append(name, to: &groups[group].names, of: path)
                members[group].append(Int32(index))
            } catch {
                invalid.append((index, error))
            }
        }
        for group in groups.indices {
            groups[group].firstRow = indices.count
            indices.append(contentsOf: members[group])
        }
    }

    /// How many rows there are, those of invalid paths included.
    public var count: Int { indices.count + invalid.count }

    /// The index in the list of a row.
    public func index(ofRow row: Int) -> Int {
        row < indices.count ? Int(indices[row]) : invalid[row - indices.count].index
    }

    /// How many rows are of valid paths; the others follow.
    package var validCount: Int { indices.count }

    /// The groups that hold rows of a range, with the part of their names that the range covers.
    package func forEachGroup(in rows: Range<Int>, _ body: (Group, Range<Int>) -> Void) {
        var group = firstGroup(holding: rows.lowerBound)
        while group < groups.count, groups[group].firstRow < rows.upperBound {
            let first = groups[group].firstRow
            let from = max(rows.lowerBound, first) - first
            let to = min(rows.upperBound, first + groups[group].names.count) - first
            if from < to { body(groups[group], from..<to) }
            group += 1
        }
    }

    /// The rows of a range one by one, with the path of each, for hosts that open no directories.
    package func forEachPath(in rows: Range<Int>, _ body: (_ index: Int, Result<String, HostError>) -> Void) {
        forEachGroup(in: rows) { group, range in
            for position in range {
                let path = (group.directory == "/" ? "" : group.directory) + "/" + group.names[position]
                body(index(ofRow: group.firstRow + position), .success(path))
            }
        }
        for row in max(rows.lowerBound, validCount)..<max(rows.upperBound, validCount) {
            let problem = invalid[row - validCount]
            body(problem.index, .failure(problem.error))
        }
    }

    /// Binary search for the group of a row.
    private func firstGroup(holding row: Int) -> Int {
        var (low, high) = (0, groups.count)
        while low < high {
            let middle = (low + high) / 2
            if groups[middle].firstRow + groups[middle].names.count <= row { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The directory and the name of a path.
    package static func split(_ path: String) throws(HostError) -> (directory: Substring, name: Substring) {
        let bytes = path.utf8
        guard bytes.first == UInt8(ascii: "/"), let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else {
            throw HostError(.unsafePath, "cannot use '\(path)': not an absolute path")
        }
        let name = path[bytes.index(after: slash)...]
        let directory = slash == bytes.startIndex ? "/" : path[..<slash]
        return (directory, name)
    }

    private static func append(_ name: Substring, to names: inout NameTable, of path: String) throws(HostError) {
        do throws(LinuxIOError) {
            try names.append(String(name))
        } catch {
            throw HostError(.unsafePath, "cannot use '\(path)': its last component is not a file name")
        }
    }
}
