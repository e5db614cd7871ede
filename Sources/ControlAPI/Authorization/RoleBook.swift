internal import Logging
internal import Model
internal import Store
internal import Synchronization

/// What roles allow, kept in memory: read whenever a role or a binding changes.
///
/// While it cannot be read, roles allow nothing.
final class RoleBook: Sendable {
    /// What is known at one point of history.
    struct Snapshot: Sendable {
        var version: ResourceVersion
        var rules: [String: [RoleKind.Rule]]
        var rolesByUser: [String: [String]]
        var rolesByGroup: [String: [String]]
    }

    /// The most roles, and the most bindings, that count; further ones allow nothing.
    static let maximum = 2000

    private let reader: any ObjectReading
    private let logger: Logger
    private let snapshot = Mutex<Snapshot?>(nil)

    init(reader: any ObjectReading, logger: Logger) {
        self.reader = reader
        self.logger = logger
    }

    /// The rules that hold for a caller.
    func rules(for caller: Caller) -> [RoleKind.Rule] {
        snapshot.withLock { snapshot in
            guard let snapshot else { return [] }
            var names = Set(snapshot.rolesByUser[caller.name] ?? [])
            for group in caller.groups { names.formUnion(snapshot.rolesByGroup[group] ?? []) }
            return names.sorted().flatMap { snapshot.rules[$0] ?? [] }
        }
    }

    /// Whether a role allows something to a caller.
    func allows(_ attributes: AccessAttributes, _ caller: Caller) -> Bool {
        rules(for: caller).contains { $0.allows(attributes) }
    }

    /// Reads roles and bindings again and returns the point of history; what was known is forgotten when that fails.
    @discardableResult
    func refresh() async throws -> ResourceVersion {
        do {
            let roles = try await reader.objects(of: RoleKind.descriptor.kind, limit: Self.maximum, after: nil)
            let bindings = try await reader.objects(
                of: RoleBindingKind.descriptor.kind, limit: Self.maximum, after: nil)
            if roles.next != nil || bindings.next != nil {
                logger.warning("there are too many roles or bindings; the last ones allow nothing")
            }
            let read = Self.snapshot(
                roles.items, bindings.items, version: min(roles.version, bindings.version))
            snapshot.withLock { snapshot in
                // Somebody else may have read something newer in the meantime.
                if let known = snapshot, known.version > read.version { return }
                snapshot = read
            }
            return read.version
        } catch {
            forget()
            throw error
        }
    }

    /// Follows changes until the server stops.
    func keepCurrent(until drain: Signal) async {
        while !drain.isRaised {
            do {
                try await follow(until: drain)
            } catch is CancellationError {
                break
            } catch {
                forget()
                logger.warning(
                    "cannot follow roles, so that they allow nothing; trying again in 1 s",
                    metadata: ["cause": "\(error)"])
            }
            await drain.wait(atMost: .seconds(1))
            if Task.isCancelled { break }
        }
        forget()
    }

    /// Follows both kinds until one of their streams ends.
    private func follow(until drain: Signal) async throws {
        let version = try await refresh()
        let streams = [
            try await reader.watch(RoleKind.descriptor.kind, after: version),
            try await reader.watch(RoleBindingKind.descriptor.kind, after: version),
        ]
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for stream in streams {
                tasks.addTask {
                    for try await event in stream {
                        if case .bookmark = event { continue }
                        try await self.refresh()
                    }
                }
            }
            tasks.addTask { await drain.wait() }
            try await tasks.next()
            tasks.cancelAll()
        }
    }

    private func forget() { snapshot.withLock { $0 = nil } }

    private static func snapshot(
        _ roles: [APIObject], _ bindings: [APIObject], version: ResourceVersion
    ) -> Snapshot {
        var snapshot = Snapshot(version: version, rules: [:], rolesByUser: [:], rolesByGroup: [:])
        // What cannot be read allows nothing; it was checked when it was written.
        for role in roles where role.metadata.deletionTimestamp == nil {
            snapshot.rules[role.metadata.name] = (try? Object<RoleKind>(role))?.spec.rules
        }
        for binding in bindings where binding.metadata.deletionTimestamp == nil {
            guard let spec = (try? Object<RoleBindingKind>(binding))?.spec else { continue }
            for user in spec.users ?? [] { snapshot.rolesByUser[user, default: []].append(spec.role) }
            for group in spec.groups ?? [] { snapshot.rolesByGroup[group, default: []].append(spec.role) }
        }
        return snapshot
    }
}

extension RoleKind.Rule {
    /// Kinds that say who may do what: a role lets nobody change them, or it could give away everything.
    static let guarded: Set<String> = [RoleKind.descriptor.plural, RoleBindingKind.descriptor.plural]
    private static let readingVerbs: Set<String> = ["get", "list", "watch"]

    /// Whether the rule allows something.
    func allows(_ attributes: AccessAttributes) -> Bool {
        // Events are also served in the groups that Kubernetes has for them.
        let isEvent = attributes.resource == EventKind.descriptor.plural
        guard attributes.group == apiGroupName || isEvent else { return false }
        if Self.guarded.contains(attributes.resource) || attributes.resource == "*",
            !Self.readingVerbs.contains(attributes.verb)
        {
            return false
        }
        guard verbs.contains("*") || verbs.contains(attributes.verb) else { return false }
        guard resources.contains(where: { Self.covers($0, attributes) }) else { return false }
        guard let names = resourceNames, !names.isEmpty else { return true }
        return names.contains(attributes.name)
    }

    /// `*` covers everything, `KIND/*` every subresource, `*/SUB` one of every kind, `KIND` the objects alone.
    private static func covers(_ resource: String, _ attributes: AccessAttributes) -> Bool {
        if resource == "*" || resource == attributes.shownResource { return true }
        let parts = resource.split(separator: "/", maxSplits: 1)
        guard parts.count == 2, !attributes.subresource.isEmpty else { return false }
        return (parts[0] == "*" || parts[0] == attributes.resource)
            && (parts[1] == "*" || parts[1] == attributes.subresource)
    }
}
