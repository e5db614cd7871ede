/// Paths in text are cut by bytes, as the kernel cuts them: a combining mark after a slash makes one character of both,
/// in which no comparison of characters finds the slash.
extension StringProtocol {
    /// The components of a path, without empty ones.
    package var pathComponents: [String] {
        Substring(self).utf8.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
    }

    /// What stands after the last slash; the whole where there is none.
    package var lastPathComponent: Substring {
        let path = Substring(self)
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return path[path.utf8.index(after: slash)...]
    }

    /// The directory of a path, `/` for what lies in the root; nil where there is no slash.
    package var parentPath: String? {
        let path = Substring(self)
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Whether a path begins at the root.
    package var isAbsolutePath: Bool { utf8.first == UInt8(ascii: "/") }

    /// Whether a normalised path is another or lies below it.
    package func isPath(atOrBelow other: some StringProtocol) -> Bool {
        guard utf8.starts(with: other.utf8) else { return false }
        let rest = utf8.dropFirst(other.utf8.count)
        return rest.isEmpty || rest.first == UInt8(ascii: "/") || other.utf8.elementsEqual("/".utf8)
    }

    /// The text without its first bytes.
    ///
    /// They end a character of the kernel's: an ASCII byte, or the end of a name.
    package func droppingFirst(bytes count: Int) -> Substring {
        Substring(Substring(self).utf8.dropFirst(count))
    }
}
