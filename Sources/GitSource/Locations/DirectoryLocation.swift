import LinuxIO

/// A tree of files in a plain directory of this machine.
public struct DirectoryLocation: Sendable, Equatable {
    /// The directory's absolute path; it may itself be a symbolic link.
    public var path: String

    /// Names a directory.
    public init(path: String) {
        self.path = path
    }

    /// Refuses a path that is not absolute.
    public func validate() throws(GitSourceError) {
        guard path.isAbsolutePath, !path.utf8.contains(0), path.utf8.count <= 4000 else {
            throw GitSourceError(
                .invalidLocation, "cannot use '\(RedactedText(path))' as a source: it is not an absolute path")
        }
    }
}
