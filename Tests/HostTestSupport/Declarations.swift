package import Model

/// Builders of declarations that take only what a test is about.
extension DeclaredResource {
    /// A file with these bytes.
    package static func file(
        _ path: String, _ text: String? = nil, owner: String? = nil, group: String? = nil, mode: UInt16? = nil,
        isAbsent: Bool = false, prune: Bool = false, after: [ResourceID] = [], line: Int = 1
    ) -> DeclaredResource {
        make(
            .file, path,
            .file(
                FileAttributes(
                    content: text.map(DeclaredContent.init), owner: owner, group: group, mode: mode, isAbsent: isAbsent)
            ),
            prune, after, line)
    }

    /// A directory.
    package static func directory(
        _ path: String, owner: String? = nil, group: String? = nil, mode: UInt16? = nil, isRecursive: Bool = false,
        purge: Bool = false, isAbsent: Bool = false, prune: Bool = false, after: [ResourceID] = [], line: Int = 1
    ) -> DeclaredResource {
        make(
            .directory, path,
            .directory(
                DirectoryAttributes(
                    owner: owner, group: group, mode: mode, isRecursive: isRecursive, purge: purge,
                    isAbsent: isAbsent)),
            prune, after, line)
    }

    /// A symbolic link; nil for one that must not exist.
    package static func symlink(
        _ path: String, to target: String?, prune: Bool = false, after: [ResourceID] = [], line: Int = 1
    ) -> DeclaredResource {
        make(
            .symlink, path, .symlink(SymlinkAttributes(target: target, isAbsent: target == nil)), prune, after, line)
    }

    /// A unit.
    package static func unit(
        _ name: String, active: Bool? = nil, enabled: Bool? = nil, masked: Bool? = nil, content: String? = nil,
        dropIns: [String: String] = [:], restartOn: [ResourceID] = [], reloadOn: [ResourceID] = [],
        prune: Bool = false, after: [ResourceID] = [], line: Int = 1
    ) -> DeclaredResource {
        make(
            .unit, name,
            .unit(
                UnitAttributes(
                    isActive: active, isEnabled: enabled, isMasked: masked, content: content.map(DeclaredContent.init),
                    dropIns: dropIns.mapValues(DeclaredContent.init), restartOn: restartOn, reloadOn: reloadOn)),
            prune, after, line)
    }

    private static func make(
        _ type: ResourceType, _ identity: String, _ attributes: ResourceAttributes, _ prune: Bool,
        _ after: [ResourceID], _ line: Int
    ) -> DeclaredResource {
        DeclaredResource(
            id: ResourceID(type: type, identity: identity), attributes: attributes, blueprint: "test",
            position: SourcePosition(file: "site.yaml", line: line, column: 1), prune: prune, dependencies: after)
    }
}

extension DeclaredContent {
    /// The content that is this text.
    package init(_ text: String) {
        self.init(digest: ContentDigest(hashing: text), size: Int64(text.utf8.count))
    }
}

extension ResourceID {
    /// Short for tests: `ResourceID("file:/etc/motd")`.
    package init(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let type = ResourceType(rawValue: String(parts[0])) else {
            preconditionFailure("'\(text)' is not a resource")
        }
        self.init(type: type, identity: String(parts[1]))
    }
}
