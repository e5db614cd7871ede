/// The rules for paths of files within the site repository.
public enum SourcePath {
    /// What is wrong with a path; nil when it is a relative path that stays within the repository.
    static func problem(with path: String) -> String? {
        guard !path.isEmpty else { return "is empty" }
        guard path.utf8.count <= HostPath.maximumBytes else { return "is longer than \(HostPath.maximumBytes) bytes" }
        guard !path.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            return "holds a control character"
        }
        guard path.utf8.first != UInt8(ascii: "/") else { return "is absolute; name a file of the repository" }
        let components = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(
            Substring.init)
        guard !components.contains("") else { return "has an empty component" }
        guard !components.contains("..") else { return "leaves the repository; write it without '..'" }
        return components == ["."] ? "is a directory; name a file" : nil
    }

    /// The path without `.` components.
    static func normalise(_ path: String) -> String {
        path.utf8.split(separator: UInt8(ascii: "/")).map(Substring.init).filter { $0 != "." }.joined(separator: "/")
    }
}
