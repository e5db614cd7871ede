public import Model

/// Users and groups between names and numbers, as one host has them, so that diffs are pure.
public struct AccountNames: Sendable, Hashable {
    /// What a name stands for on the host.
    private enum Resolution: Sendable, Hashable {
        case number(UInt32)
        case missing
        case failed(HostError)

        var isUnresolved: Bool {
            guard case .number = self else { return true }
            return false
        }
    }

    /// Whether owner and group are managed here; without privilege they cannot be.
    public let managesOwnership: Bool
    private var users: [String: Resolution] = [:]
    private var groups: [String: Resolution] = [:]
    private var userNames: [UInt32: String] = [:]
    private var groupNames: [UInt32: String] = [:]

    /// Resolves the names that declarations use.
    ///
    /// Blocks.
    public init(declared: some Collection<DeclaredResource>, on host: some HostReading) {
        managesOwnership = host.canChangeOwner
        guard managesOwnership else { return }
        for resource in declared {
            let (owner, group) = resource.attributes.ownership
            if let owner, users[owner] == nil { resolveUser(owner, on: host) }
            if let group, groups[group] == nil { resolveGroup(group, on: host) }
        }
    }

    /// Whether a name has no account, or could not be looked up.
    var hasUnresolved: Bool {
        users.values.contains(where: \.isUnresolved) || groups.values.contains(where: \.isUnresolved)
    }

    /// The same names, resolved as the host has them now.
    ///
    /// Blocks.
    func resolvedAgain(on host: some HostReading) -> AccountNames {
        var again = self
        (again.userNames, again.groupNames) = ([:], [:])
        for name in users.keys { again.resolveUser(name, on: host) }
        for name in groups.keys { again.resolveGroup(name, on: host) }
        return again
    }

    /// Makes a table of known names, for planning without a host.
    public init(users: [String: UInt32], groups: [String: UInt32]) {
        managesOwnership = true
        for (name, number) in users {
            self.users[name] = .number(number)
            userNames[number] = name
        }
        for (name, number) in groups {
            self.groups[name] = .number(number)
            groupNames[number] = name
        }
    }

    /// Learns the names of numbers that observations hold, so that differences read well.
    ///
    /// Blocks.
    public mutating func learnNames(
        in observations: some Sequence<Result<Observation, HostError>>, on host: some HostReading
    ) {
        for case .success(let observation) in observations {
            for metadata in observation.allMetadata {
                if let owner = metadata.owner, userNames[owner] == nil { userNames[owner] = host.userName(owner) }
                if let group = metadata.group, groupNames[group] == nil { groupNames[group] = host.groupName(group) }
            }
        }
    }

    /// Owner, group and mode as numbers; nil stays nil, and ownership is nil where it is not managed.
    public func metadata(
        owner: String?, group: String?, mode: UInt16?, of id: ResourceID
    ) throws(HostError) -> FileMetadata {
        guard managesOwnership else { return FileMetadata(mode: mode) }
        return FileMetadata(
            owner: try number(of: owner, in: users, "user", "owner", id),
            group: try number(of: group, in: groups, "group", "group", id), mode: mode)
    }

    /// The name of a user, or its number.
    public func userName(_ number: UInt32) -> String { userNames[number] ?? String(number) }

    /// The name of a group, or its number.
    public func groupName(_ number: UInt32) -> String { groupNames[number] ?? String(number) }

    private func number(
        of name: String?, in table: [String: Resolution], _ kind: String, _ attribute: String, _ id: ResourceID
    ) throws(HostError) -> UInt32? {
        guard let name else { return nil }
        switch table[name] {
        case .number(let number): return number
        case .failed(let error): throw error
        case .missing, nil:
            throw HostError(
                .unavailable,
                "cannot set the \(attribute) of '\(id)': this host has no \(kind) '\(name)'; create it or "
                    + "correct the name"
            )
        }
    }

    private mutating func resolveUser(_ name: String, on host: some HostReading) {
        users[name] = Self.resolve { () throws(HostError) in try host.userID(name) }
        if case .number(let number)? = users[name] { userNames[number] = host.userName(number) }
    }

    private mutating func resolveGroup(_ name: String, on host: some HostReading) {
        groups[name] = Self.resolve { () throws(HostError) in try host.groupID(name) }
        if case .number(let number)? = groups[name] { groupNames[number] = host.groupName(number) }
    }

    private static func resolve(_ look: () throws(HostError) -> UInt32?) -> Resolution {
        do throws(HostError) {
            return try look().map { .number($0) } ?? .missing
        } catch {
            return .failed(error)
        }
    }
}

extension ResourceAttributes {
    /// The declared names of owner and group.
    var ownership: (owner: String?, group: String?) {
        switch self {
        case .file(let file): (file.owner, file.group)
        case .directory(let directory): (directory.owner, directory.group)
        case .symlink(let symlink): (symlink.owner, symlink.group)
        case .unit: (nil, nil)
        }
    }
}
