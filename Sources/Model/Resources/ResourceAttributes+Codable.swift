/// The JSON form is an object with one member, named for the type.
extension ResourceAttributes {
    private enum CodingKeys: String, CodingKey {
        case file
        case directory
        case symlink
        case unit
    }

    /// Reads the one member that is present.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch container.allKeys.first {
        case .file: self = .file(try container.decode(FileAttributes.self, forKey: .file))
        case .directory: self = .directory(try container.decode(DirectoryAttributes.self, forKey: .directory))
        case .symlink: self = .symlink(try container.decode(SymlinkAttributes.self, forKey: .symlink))
        case .unit: self = .unit(try container.decode(UnitAttributes.self, forKey: .unit))
        case nil:
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: decoder.codingPath,
                    debugDescription: "one of 'file', 'directory', 'symlink', 'unit' is expected"))
        }
    }

    /// Writes one member.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .file(let attributes): try container.encode(attributes, forKey: .file)
        case .directory(let attributes): try container.encode(attributes, forKey: .directory)
        case .symlink(let attributes): try container.encode(attributes, forKey: .symlink)
        case .unit(let attributes): try container.encode(attributes, forKey: .unit)
        }
    }
}

// The members are what `kubectl get resource -o yaml` shows: the names of the blueprint, modes as octal text, and false
// flags left out.

extension FileAttributes {
    private enum CodingKeys: String, CodingKey {
        case content
        case owner
        case group
        case mode
        case isAbsent = "absent"
    }

    /// Reads attributes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        content = try container.decodeIfPresent(DeclaredContent.self, forKey: .content)
        owner = try container.decodeIfPresent(String.self, forKey: .owner)
        group = try container.decodeIfPresent(String.self, forKey: .group)
        mode = try container.decodeIfPresent(FileMode.self, forKey: .mode)?.rawValue
        isAbsent = try container.decodeIfPresent(Bool.self, forKey: .isAbsent) ?? false
    }

    /// Writes attributes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(content, forKey: .content)
        try container.encodeIfPresent(owner, forKey: .owner)
        try container.encodeIfPresent(group, forKey: .group)
        try container.encodeIfPresent(mode.map(FileMode.init), forKey: .mode)
        try container.encodeIfPresent(isAbsent ? true : nil, forKey: .isAbsent)
    }
}

extension DirectoryAttributes {
    private enum CodingKeys: String, CodingKey {
        case owner
        case group
        case mode
        case isRecursive = "recurse"
        case purge
        case isAbsent = "absent"
    }

    /// Reads attributes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        owner = try container.decodeIfPresent(String.self, forKey: .owner)
        group = try container.decodeIfPresent(String.self, forKey: .group)
        mode = try container.decodeIfPresent(FileMode.self, forKey: .mode)?.rawValue
        isRecursive = try container.decodeIfPresent(Bool.self, forKey: .isRecursive) ?? false
        purge = try container.decodeIfPresent(Bool.self, forKey: .purge) ?? false
        isAbsent = try container.decodeIfPresent(Bool.self, forKey: .isAbsent) ?? false
    }

    /// Writes attributes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(owner, forKey: .owner)
        try container.encodeIfPresent(group, forKey: .group)
        try container.encodeIfPresent(mode.map(FileMode.init), forKey: .mode)
        try container.encodeIfPresent(isRecursive ? true : nil, forKey: .isRecursive)
        try container.encodeIfPresent(purge ? true : nil, forKey: .purge)
        try container.encodeIfPresent(isAbsent ? true : nil, forKey: .isAbsent)
    }
}

extension SymlinkAttributes {
    private enum CodingKeys: String, CodingKey {
        case target
        case owner
        case group
        case isAbsent = "absent"
    }

    /// Reads attributes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        target = try container.decodeIfPresent(String.self, forKey: .target)
        owner = try container.decodeIfPresent(String.self, forKey: .owner)
        group = try container.decodeIfPresent(String.self, forKey: .group)
        isAbsent = try container.decodeIfPresent(Bool.self, forKey: .isAbsent) ?? false
    }

    /// Writes attributes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(target, forKey: .target)
        try container.encodeIfPresent(owner, forKey: .owner)
        try container.encodeIfPresent(group, forKey: .group)
        try container.encodeIfPresent(isAbsent ? true : nil, forKey: .isAbsent)
    }
}

extension UnitAttributes {
    private enum CodingKeys: String, CodingKey {
        case isActive = "active"
        case isEnabled = "enabled"
        case isMasked = "masked"
        case content
        case dropIns
        case restartOn
        case reloadOn
    }

    /// Reads attributes.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        isActive = try container.decodeIfPresent(Bool.self, forKey: .isActive)
        isEnabled = try container.decodeIfPresent(Bool.self, forKey: .isEnabled)
        isMasked = try container.decodeIfPresent(Bool.self, forKey: .isMasked)
        content = try container.decodeIfPresent(DeclaredContent.self, forKey: .content)
        dropIns = try container.decodeIfPresent([String: DeclaredContent].self, forKey: .dropIns) ?? [:]
        restartOn = try container.decodeIfPresent([ResourceID].self, forKey: .restartOn) ?? []
        reloadOn = try container.decodeIfPresent([ResourceID].self, forKey: .reloadOn) ?? []
    }

    /// Writes attributes.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(isActive, forKey: .isActive)
        try container.encodeIfPresent(isEnabled, forKey: .isEnabled)
        try container.encodeIfPresent(isMasked, forKey: .isMasked)
        try container.encodeIfPresent(content, forKey: .content)
        try container.encodeIfPresent(dropIns.isEmpty ? nil : dropIns, forKey: .dropIns)
        try container.encodeIfPresent(restartOn.isEmpty ? nil : restartOn, forKey: .restartOn)
        try container.encodeIfPresent(reloadOn.isEmpty ? nil : reloadOn, forKey: .reloadOn)
    }
}
