/// A resource as a compiled blueprint declares it: everything that planning needs, and nothing of the host.
public struct DeclaredResource: Codable, Sendable, Hashable {
    /// The identity.
    public var id: ResourceID
    /// The attributes of its type.
    public var attributes: ResourceAttributes
    /// The blueprint that declares it.
    public var blueprint: String
    /// Whether differences are changed, proposed or only reported.
    public var mode: BlueprintMode
    /// Where the declaration stands.
    public var position: SourcePosition
    /// What happens when the resource drifts after convergence.
    public var onDrift: DriftResponse
    /// No run may change or remove it.
    public var isProtected: Bool
    /// Whether the resource is removed when it leaves the blueprint.
    public var prune: Bool
    /// Checks that must pass after a change, or it is undone.
    public var verify: [Probe]
    /// Marks for selection.
    public var labels: [String: String]
    /// Resources that come first: explicit `after`, `restartOn`, `reloadOn` and the implied edges.
    public var dependencies: [ResourceID]

    /// Makes a declaration.
    public init(
        id: ResourceID, attributes: ResourceAttributes, blueprint: String, mode: BlueprintMode = .enforce,
        position: SourcePosition, onDrift: DriftResponse = .repair, isProtected: Bool = false, prune: Bool = false,
        verify: [Probe] = [], labels: [String: String] = [:], dependencies: [ResourceID] = []
    ) {
        self.id = id
        self.attributes = attributes
        self.blueprint = blueprint
        self.mode = mode
        self.position = position
        self.onDrift = onDrift
        self.isProtected = isProtected
        self.prune = prune
        self.verify = verify
        self.labels = labels
        self.dependencies = dependencies
    }
}

/// The attributes of a resource, by type.
public enum ResourceAttributes: Codable, Sendable, Hashable {
    case file(FileAttributes)
    case directory(DirectoryAttributes)
    case symlink(SymlinkAttributes)
    case unit(UnitAttributes)

    /// The type of resource that has these attributes.
    public var type: ResourceType {
        switch self {
        case .file: .file
        case .directory: .directory
        case .symlink: .symlink
        case .unit: .unit
        }
    }
}

/// What a blueprint lets the daemon do.
public enum BlueprintMode: String, Codable, Sendable, Hashable, CaseIterable {
    /// Make every difference go away.
    case enforce
    /// Plan, and wait for an approval.
    case propose
    /// Report only.
    case observe
}

/// What happens to drift.
public enum DriftResponse: String, Codable, Sendable, Hashable, CaseIterable {
    case repair
    case report
    case ignore
}

/// A place in a file of the site repository.
public struct SourcePosition: Codable, Sendable, Hashable {
    /// The path within the repository.
    public var file: String
    /// The line, from 1.
    public var line: Int
    /// The column, from 1.
    public var column: Int

    /// Makes a position.
    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }
}

/// A check that must pass after a change.
public enum Probe: Codable, Sendable, Hashable {
    /// A command that must exit 0.
    case exec(arguments: [String], timeoutSeconds: Int)
    /// A GET that must answer with one of the statuses (200-399 when empty).
    case http(url: String, statuses: [Int], timeoutSeconds: Int)
    /// A TCP connection that must be accepted.
    case tcp(host: String, port: UInt16, timeoutSeconds: Int)
    /// A unit that must be active.
    case unitActive(name: String, timeoutSeconds: Int)
}
