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
