import Model

/// What is to be synced so that changed names and metadata are durable.
struct ChangedNames: Sendable {
    private(set) var directories: Set<String> = []
    private(set) var files: Set<String> = []
    /// The first of the resources; nil when there is nothing to sync.
    private(set) var resource: ResourceID?

    /// Adds a directory in which a name changed.
    mutating func insert(directory: String, for resource: ResourceID) {
        directories.insert(directory)
        self.resource = self.resource ?? resource
    }

    /// Adds a file whose metadata changed.
    mutating func insert(file: String, for resource: ResourceID) {
        files.insert(file)
        self.resource = self.resource ?? resource
    }

    /// Adds what others changed.
    mutating func formUnion(_ other: ChangedNames) {
        directories.formUnion(other.directories)
        files.formUnion(other.files)
        resource = resource ?? other.resource
    }
}
