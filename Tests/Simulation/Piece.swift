import HostRuntime
package import Model

/// A resource as a script declares it.
///
/// Texts are numbers: the bytes follow from them, so that whose bytes lie on the disk can be read off them.
package struct Piece: Sendable, Hashable {
    /// Its type.
    package var type: ResourceType
    /// Its path or name.
    package var name: String
    /// The number of its text; of a link, of its target.
    package var text: Int?
    /// The permission bits.
    package var mode: UInt16?
    /// The owner.
    package var owner: String?
    /// Whether it must not exist.
    package var isAbsent: Bool
    /// Whether what nothing declares in the directory is removed.
    package var purges: Bool
    /// Whether the unit runs.
    package var isActive: Bool?
    /// Whether the unit starts at boot.
    package var isEnabled: Bool?
    /// What restarts the unit.
    package var restartOn: [String]
    /// The mode of its blueprint, which is named for it.
    package var blueprint: BlueprintMode
    /// What happens when it drifts.
    package var onDrift: DriftResponse
    /// Whether no run may touch it.
    package var isProtected: Bool
    /// Whether it is removed when it leaves.
    package var prune: Bool
    /// Whether its probe fails.
    package var failsProbe: Bool

    /// Declares a resource.
    package init(
        _ type: ResourceType, _ name: String, text: Int? = nil, mode: UInt16? = nil, owner: String? = nil,
        isAbsent: Bool = false, purges: Bool = false, isActive: Bool? = nil, isEnabled: Bool? = nil,
        restartOn: [String] = [], blueprint: BlueprintMode = .enforce, onDrift: DriftResponse = .repair,
        isProtected: Bool = false, prune: Bool = false, failsProbe: Bool = false
    ) {
        self.type = type
        self.name = name
        self.text = text
        self.mode = mode
        self.owner = owner
        self.isAbsent = isAbsent
        self.purges = purges
        self.isActive = isActive
        self.isEnabled = isEnabled
        self.restartOn = restartOn
        self.blueprint = blueprint
        self.onDrift = onDrift
        self.isProtected = isProtected
        self.prune = prune
        self.failsProbe = failsProbe
    }

    /// Its identity.
    var id: ResourceID { ResourceID(type: type, identity: name) }

    /// The bytes that it declares, if it declares any.
    var bytes: String? {
        switch type {
        case .file where !isAbsent: text.map(Texts.declared)
        case .unit: text.map(Texts.unit)
        default: nil
        }
    }

    /// The declaration as the compiler makes it.
    var declaration: DeclaredResource {
        DeclaredResource(
            id: id, attributes: attributes, blueprint: blueprint.rawValue, mode: blueprint,
            position: SourcePosition(file: "site.yaml", line: 1, column: 1), onDrift: onDrift,
            isProtected: isProtected, prune: prune,
            verify: failsProbe ? [.exec(arguments: ["/bin/false"], timeoutSeconds: 5)] : [],
            dependencies: restartOn.map { ResourceID(type: .file, identity: $0) })
    }

    private var attributes: ResourceAttributes {
        let content = bytes.map { DeclaredContent(digest: ContentDigest(hashing: $0), size: Int64($0.utf8.count)) }
        switch type {
        case .directory:
            return .directory(DirectoryAttributes(owner: owner, mode: mode, purge: purges, isAbsent: isAbsent))
        case .symlink:
            return .symlink(SymlinkAttributes(target: isAbsent ? nil : Texts.target(text ?? 0), isAbsent: isAbsent))
        case .unit:
            return .unit(
                UnitAttributes(
                    isActive: isActive, isEnabled: isEnabled, content: content,
                    restartOn: restartOn.map { ResourceID(type: .file, identity: $0) }))
        default:
            return .file(FileAttributes(content: content, owner: owner, mode: mode, isAbsent: isAbsent))
        }
    }
}

/// The bytes that numbers of texts stand for; those of the daemon and those of others never are the same.
enum Texts {
    static func declared(_ number: Int) -> String { "ours \(number)\n" + String(repeating: "o", count: number % 7) }
    static func foreign(_ number: Int) -> String { "theirs \(number)\n" + String(repeating: "t", count: number % 5) }
    static func target(_ number: Int) -> String { "/srv/target-\(number)" }
    static func unit(_ number: Int) -> String {
        "[Service]\nExecStart=/bin/ours-\(number)\n[Install]\nWantedBy=multi-user.target\n"
    }

    static let installedUnit = "[Service]\nExecStart=/bin/theirs\n[Install]\nWantedBy=multi-user.target\n"
}

/// The few names that everything happens to, so that it meets.
enum Universe {
    static let directories = ["/srv/d", "/srv/d/e", "/srv/t"]
    static let files = [
        "/srv/a", "/srv/b", "/srv/d/x", "/srv/d/y", "/srv/d/e/z", "/srv/t/s", "/etc/p", "/etc/q",
    ]
    static let units = ["one.service", "two.service"]
    static let paths = (directories + files).sorted()

    /// The paths at and below one of them.
    static func below(_ path: String) -> [String] { paths.filter { $0 == path || $0.hasPrefix(path + "/") } }
}
