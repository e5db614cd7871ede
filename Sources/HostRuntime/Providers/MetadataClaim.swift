internal import Model

/// Which parts of the metadata a declaration sets for its own path.
struct MetadataClaim: OptionSet, Sendable, Hashable {
    let rawValue: UInt8

    static let owner = MetadataClaim(rawValue: 1)
    static let group = MetadataClaim(rawValue: 2)
    static let mode = MetadataClaim(rawValue: 4)
    static let everythingBelow = MetadataClaim(rawValue: 8)

    /// The claims of all declarations that lie below a recursive directory.
    static func claims(in declared: some Collection<DeclaredResource>) -> [String: MetadataClaim] {
        var recursive: Set<String> = []
        for resource in declared {
            if case .directory(let directory) = resource.attributes, directory.isRecursive, !directory.isAbsent {
                recursive.insert(resource.id.identity)
            }
        }
        guard !recursive.isEmpty else { return [:] }
        var claims: [String: MetadataClaim] = [:]
        for resource in declared where resource.id.type.isPath && !resource.attributes.isAbsent {
            let path = resource.id.identity
            guard PathAncestors(of: path).contains(where: { recursive.contains(String($0)) }) else { continue }
            claims[path] = MetadataClaim(resource.attributes)
        }
        return claims
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    private init(_ attributes: ResourceAttributes) {
        let (owner, group) = attributes.ownership
        var claim: MetadataClaim = []
        if owner != nil { claim.insert(.owner) }
        if group != nil { claim.insert(.group) }
        switch attributes {
        case .file(let file): if file.mode != nil { claim.insert(.mode) }
        case .directory(let directory):
            if directory.mode != nil { claim.insert(.mode) }
            if directory.isRecursive { claim.insert(.everythingBelow) }
        case .symlink, .unit: break
        }
        self = claim
    }
}
