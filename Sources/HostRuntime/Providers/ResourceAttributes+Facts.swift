public import Model

extension ResourceAttributes {
    /// The type that the attributes are of.
    public var type: ResourceType {
        switch self {
        case .file: .file
        case .directory: .directory
        case .symlink: .symlink
        case .unit: .unit
        }
    }

    /// Whether the resource is a directory that speaks for everything below it.
    var isRecursive: Bool {
        guard case .directory(let directory) = self else { return false }
        return directory.isRecursive && !directory.isAbsent
    }

    /// Whether the resource is declared to be absent.
    public var isAbsent: Bool {
        switch self {
        case .file(let file): file.isAbsent
        case .directory(let directory): directory.isAbsent
        case .symlink(let symlink): symlink.isAbsent
        case .unit: false
        }
    }
}
