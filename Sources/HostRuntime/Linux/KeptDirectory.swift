internal import LinuxIO
internal import Synchronization

/// The directory that holds a path, open, and the name of the path in it.
struct Place: Sendable {
    /// The open directory.
    let parent: SharedDirectory
    /// The last component of the path.
    let name: String
}

/// The directory in which something was done last, kept open for what is done there next.
final class KeptDirectory: Sendable {
    private struct Kept {
        var path: String
        var directory: SharedDirectory
    }

    private let kept = Mutex<Kept?>(nil)

    /// Where a path lies, with its directory as it was opened first.
    func place(of path: String, in root: RootDirectory) throws(LinuxIOError) -> Place {
        let known = kept.withLock { $0 }
        if let known, let name = Self.name(of: path, in: known.path) {
            return Place(parent: known.directory, name: name)
        }
        let place = try root.openPlace(of: path)
        if let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash != path.startIndex {
            kept.withLock { $0 = Kept(path: String(path[..<slash]), directory: place.parent) }
        }
        return place
    }

    /// The name of a path in a directory; nil where it lies elsewhere, or is not written plainly.
    private static func name(of path: String, in directory: String) -> String? {
        let bytes = path.utf8
        guard bytes.starts(with: directory.utf8) else { return nil }
        let rest = bytes.dropFirst(directory.utf8.count)
        guard rest.first == UInt8(ascii: "/") else { return nil }
        let name = String(Substring(rest.dropFirst()))
        return FileName.isValid(name) ? name : nil
    }
}

extension RootDirectory {
    /// Opens the directory that holds the last component of a path.
    func openPlace(of path: String) throws(LinuxIOError) -> Place {
        let (parent, name) = try openSharedParent(of: path)
        return Place(parent: parent, name: name)
    }
}
