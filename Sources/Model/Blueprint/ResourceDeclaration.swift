/// A resource as its document declares it: typed and checked, with content that is named but not read.
public struct ResourceDeclaration: Sendable, Hashable {
    /// The identity.
    public var id: ResourceID
    /// Where the declaration stands.
    public var position: SourcePosition
    /// The attributes of its type.
    public var attributes: Attributes
    /// Resources that come first.
    public var after: [ResourceReference]
    /// What happens when the resource drifts after convergence.
    public var onDrift: DriftResponse
    /// No run may change or remove it.
    public var isProtected: Bool
    /// Checks that must pass after a change, or it is undone.
    public var verify: [Probe]
    /// Marks for selection.
    public var labels: [String: String]
    /// Under which condition it is in force; nil when it is whenever its blueprint is.
    public var when: WhenExpression?

    /// Attributes by type.
    public enum Attributes: Sendable, Hashable {
        case file(FileDeclaration)
        case directory(DirectoryAttributes)
        case symlink(SymlinkAttributes)
        case unit(UnitDeclaration)
    }

    /// Makes a declaration.
    public init(
        id: ResourceID, position: SourcePosition, attributes: Attributes, after: [ResourceReference] = [],
        onDrift: DriftResponse = .repair, isProtected: Bool = false, verify: [Probe] = [],
        labels: [String: String] = [:], when: WhenExpression? = nil
    ) {
        self.id = id
        self.position = position
        self.attributes = attributes
        self.after = after
        self.onDrift = onDrift
        self.isProtected = isProtected
        self.verify = verify
        self.labels = labels
        self.when = when
    }
}

/// A resource that another one names, and where.
public struct ResourceReference: Sendable, Hashable {
    /// The resource that is named.
    public var id: ResourceID
    /// Where it is named.
    public var position: SourcePosition

    /// Makes a reference.
    public init(id: ResourceID, position: SourcePosition) {
        self.id = id
        self.position = position
    }
}

/// Where declared bytes come from.
public enum ContentDeclaration: Sendable, Hashable {
    /// Text in the document.
    case inline(String)
    /// A file of the repository.
    case source(path: String, position: SourcePosition)
    /// A template of the repository, with values over those of the blueprint.
    case template(path: String, parameters: [String: JSONValue], position: SourcePosition)
}

/// What a document declares of a regular file.
public struct FileDeclaration: Sendable, Hashable {
    /// The bytes; nil when they are not managed.
    public var content: ContentDeclaration?
    /// The owner's name or number.
    public var owner: String?
    /// The group's name or number.
    public var group: String?
    /// The permission bits, 07777.
    public var mode: UInt16?
    /// The file must not exist.
    public var isAbsent: Bool

    /// Makes a declaration.
    public init(
        content: ContentDeclaration? = nil, owner: String? = nil, group: String? = nil, mode: UInt16? = nil,
        isAbsent: Bool = false
    ) {
        self.content = content
        self.owner = owner
        self.group = group
        self.mode = mode
        self.isAbsent = isAbsent
    }
}

/// What a document declares of a unit.
public struct UnitDeclaration: Sendable, Hashable {
    /// Whether the unit runs.
    public var isActive: Bool?
    /// Whether it starts at boot.
    public var isEnabled: Bool?
    /// Whether it is masked.
    public var isMasked: Bool?
    /// The whole unit file.
    public var content: ContentDeclaration?
    /// Drop-ins by name.
    public var dropIns: [String: ContentDeclaration]
    /// Resources whose change restarts the unit.
    public var restartOn: [ResourceReference]
    /// Resources whose change reloads the unit.
    public var reloadOn: [ResourceReference]

    /// Makes a declaration.
    public init(
        isActive: Bool? = nil, isEnabled: Bool? = nil, isMasked: Bool? = nil, content: ContentDeclaration? = nil,
        dropIns: [String: ContentDeclaration] = [:], restartOn: [ResourceReference] = [],
        reloadOn: [ResourceReference] = []
    ) {
        self.isActive = isActive
        self.isEnabled = isEnabled
        self.isMasked = isMasked
        self.content = content
        self.dropIns = dropIns
        self.restartOn = restartOn
        self.reloadOn = reloadOn
    }
}
