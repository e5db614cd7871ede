internal import Model

/// Gives declared paths below recursive directories the owner, group and mode that they do not declare themselves, so
/// that each path has one declaration that speaks for it.
struct RecursiveMetadata {
    private var recursive: [String: DirectoryAttributes] = [:]

    init(_ resources: [DeclaredResource]) {
        for resource in resources {
            guard case .directory(let directory) = resource.attributes, directory.isRecursive, !directory.isAbsent
            else {
                continue
            }
            recursive[resource.id.identity] = directory
        }
    }

    /// The declaration with what the recursive directories above give it, the nearest first.
    func completing(_ resource: DeclaredResource) -> DeclaredResource {
        guard !recursive.isEmpty, resource.id.type.isPath, !resource.attributes.isAbsent else { return resource }
        var completed = resource
        for ancestor in PathAncestors(of: resource.id.identity) {
            guard let directory = recursive[String(ancestor)] else { continue }
            completed.attributes = Self.completing(completed.attributes, from: directory)
        }
        return completed
    }

    private static func completing(
        _ attributes: ResourceAttributes, from directory: DirectoryAttributes
    ) -> ResourceAttributes {
        switch attributes {
        case .file(var file):
            file.owner = file.owner ?? directory.owner
            file.group = file.group ?? directory.group
            // Set-id and sticky bits of a directory mean something else on a file, and a file that is to be executed
            // says so.
            file.mode = file.mode ?? directory.mode.map { $0 & 0o666 }
            return .file(file)
        case .directory(var below):
            below.owner = below.owner ?? directory.owner
            below.group = below.group ?? directory.group
            below.mode = below.mode ?? directory.mode
            return .directory(below)
        case .symlink(var link):
            link.owner = link.owner ?? directory.owner
            link.group = link.group ?? directory.group
            return .symlink(link)
        case .unit: return attributes
        }
    }
}
