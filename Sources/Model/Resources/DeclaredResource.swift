/// A resource as a compiled blueprint declares it: everything that planning needs, and nothing of the host.
public struct DeclaredResource: Sendable {
    private var content: Content

    /// Makes a declaration.
    public init(
        id: ResourceID, attributes: ResourceAttributes, blueprint: String, mode: BlueprintMode = .enforce,
        position: SourcePosition, onDrift: DriftResponse = .repair, isProtected: Bool = false, prune: Bool = false,
        verify: [Probe] = [], labels: [String: String] = [:], dependencies: [ResourceID] = []
    ) {
        content = Content(
            Fields(
                id: id, attributes: attributes, blueprint: blueprint, mode: mode, position: position, onDrift: onDrift,
                isProtected: isProtected, prune: prune, verify: verify, labels: labels, dependencies: dependencies))
    }

    private mutating func change(_ body: (inout Fields) -> Void) {
        var fields = content.fields
        body(&fields)
        content = Content(fields)
    }
}

extension DeclaredResource {
    /// The identity.
    public var id: ResourceID {
        get { content.fields.id }
        set { change { $0.id = newValue } }
    }

    /// The attributes of its type.
    public var attributes: ResourceAttributes {
        get { content.fields.attributes }
        set { change { $0.attributes = newValue } }
    }

    /// The blueprint that declares it.
    public var blueprint: String {
        get { content.fields.blueprint }
        set { change { $0.blueprint = newValue } }
    }

    /// Whether differences are changed, proposed or only reported.
    public var mode: BlueprintMode {
        get { content.fields.mode }
        set { change { $0.mode = newValue } }
    }

    /// Where the declaration stands.
    public var position: SourcePosition {
        get { content.fields.position }
        set { change { $0.position = newValue } }
    }

    /// What happens when the resource drifts after convergence.
    public var onDrift: DriftResponse {
        get { content.fields.onDrift }
        set { change { $0.onDrift = newValue } }
    }

    /// No run may change or remove it.
    public var isProtected: Bool {
        get { content.fields.isProtected }
        set { change { $0.isProtected = newValue } }
    }

    /// Whether the resource is removed when it leaves the blueprint.
    public var prune: Bool {
        get { content.fields.prune }
        set { change { $0.prune = newValue } }
    }

    /// Checks that must pass after a change, or it is undone.
    public var verify: [Probe] {
        get { content.fields.verify }
        set { change { $0.verify = newValue } }
    }

    /// Marks for selection.
    public var labels: [String: String] {
        get { content.fields.labels }
        set { change { $0.labels = newValue } }
    }

    /// Resources that come first: explicit `after`, `restartOn`, `reloadOn` and the implied edges.
    public var dependencies: [ResourceID] {
        get { content.fields.dependencies }
        set { change { $0.dependencies = newValue } }
    }
}

extension DeclaredResource: Codable, Hashable {
    private struct Fields: Codable, Sendable, Hashable {
        var id: ResourceID
        var attributes: ResourceAttributes
        var blueprint: String
        var mode: BlueprintMode
        var position: SourcePosition
        var onDrift: DriftResponse
        var isProtected: Bool
        var prune: Bool
        var verify: [Probe]
        var labels: [String: String]
        var dependencies: [ResourceID]
    }

    /// Held by reference, for a pass hands thousands of declarations from table to table.
    private final class Content: Sendable {
        let fields: Fields

        init(_ fields: Fields) { self.fields = fields }
    }

    /// Reads what `encode` wrote.
    public init(from decoder: any Decoder) throws { content = Content(try Fields(from: decoder)) }

    /// Writes every property under its name.
    public func encode(to encoder: any Encoder) throws { try content.fields.encode(to: encoder) }

    /// Whether two have the same properties.
    public static func == (left: Self, right: Self) -> Bool {
        left.content === right.content || left.content.fields == right.content.fields
    }

    /// Hashes every property.
    public func hash(into hasher: inout Hasher) { content.fields.hash(into: &hasher) }
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
