/// What a blueprint declares of a systemd unit.
///
/// A nil attribute is not managed.
public struct UnitAttributes: Codable, Sendable, Hashable {
    /// Whether the unit runs.
    public var isActive: Bool?
    /// Whether it starts at boot.
    public var isEnabled: Bool?
    /// Whether it is masked.
    public var isMasked: Bool?
    /// The whole unit file, kept in `/etc/systemd/system`.
    public var content: DeclaredContent?
    /// Drop-ins by name (`10-limits.conf`), kept in `/etc/systemd/system/UNIT.d`.
    public var dropIns: [String: DeclaredContent]
    /// Resources whose change restarts the unit.
    public var restartOn: [ResourceID]
    /// Resources whose change reloads the unit.
    public var reloadOn: [ResourceID]

    /// Makes attributes.
    public init(
        isActive: Bool? = nil, isEnabled: Bool? = nil, isMasked: Bool? = nil, content: DeclaredContent? = nil,
        dropIns: [String: DeclaredContent] = [:], restartOn: [ResourceID] = [], reloadOn: [ResourceID] = []
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

extension UnitAttributes {
    /// The names of the unit's own files, below the directory of unit files.
    public func fileNames(of unit: String) -> [String] {
        (content == nil ? [] : [unit]) + dropIns.keys.sorted().map { "\(unit).d/\($0)" }
    }
}
