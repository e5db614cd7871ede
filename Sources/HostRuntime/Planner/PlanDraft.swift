internal import Model

/// A plan while it is made, one resource after another in order.
struct PlanDraft {
    private(set) var changes: [Change] = []
    private(set) var problems: [ResourceID: PlanProblem] = [:]
    private(set) var inSync: [ResourceID] = []
    private(set) var onTheirWay: [ResourceID: UnitTransition] = [:]
    private(set) var removed: [ResourceID] = []
    private var context: PlanContext
    private let observations: [ResourceID: Result<Observation, HostError>]
    /// Why departed resources are removed, where that is another cause than the plan's.
    private let departure: PlanCause?
    /// For a resource that does not change: the changes that come before it, for those that depend on it.
    private var passedOn: [ResourceID: [ResourceID]] = [:]
    /// Links that change: what lies below them leads elsewhere afterwards, and is planned once it is seen there.
    private var changedLinks: [Substring: ResourceID] = [:]
    /// Directories of which nothing differs but what is to be purged: what lies in them need not wait for that.
    private var purged: Set<ResourceID> = []
    /// What was at departed paths and is put back where nothing is now, the deepest first.
    private var restorations: [Change] = []
    /// For a resource that does not change: the problem that it passes on.
    private var blockedBy: [ResourceID: ResourceID] = [:]

    init(
        context: PlanContext, observations: [ResourceID: Result<Observation, HostError>], departure: PlanCause? = nil
    ) {
        self.context = context
        self.observations = observations
        self.departure = departure
    }

    /// Plans a declared resource; `proposal` is its change where that was made already.
    mutating func add(
        _ resource: DeclaredResource, _ proposal: Result<Change?, HostError>?, after stopped: [ResourceID]
    ) {
        guard let observation = observations[resource.id] else {
            return passOn(resource)
        }
        if let link = changedLink(above: resource) {
            // It was observed where the link leads now, which is not where it will lead.
            problems[resource.id] = .blocked(by: link)
            return
        }
        do throws(HostError) {
            let observed = try observation.get()
            do throws(HostError) {
                let proposed =
                    if let proposal {
                        try proposal.get()
                    } else {
                        try ProviderRegistry.change(from: observed, to: resource, context: context)
                    }
                guard let change = proposed else {
                    inSync.append(resource.id)
                    return passOn(resource)
                }
                if let transition = UnitProvider.transition(instead: change, from: observed) {
                    onTheirWay[resource.id] = transition
                    return passOn(resource)
                }
                append(change, of: resource, after: resource.id.type == .unit ? stopped : [])
            } catch {
                problems[resource.id] = .declaration(error)
            }
        } catch {
            problems[resource.id] = .observation(error)
        }
    }

    /// Plans what becomes of a departed resource.
    mutating func remove(_ departed: DepartedResource, after first: [ResourceID]) {
        guard let observation = observations[departed.id] else { return }
        do throws(HostError) {
            let observed = try observation.get()
            do throws(HostError) {
                guard var change = try removal(departed, observed) else {
                    removed.append(departed.id)
                    return
                }
                if let above = replaced(above: departed.id) {
                    problems[departed.id] = .blocked(by: above)
                    return
                }
                change.cause = departure
                if change.action == .create {
                    change.dependencies = first
                    restorations.append(change)
                } else {
                    change.dependencies = first + earlierRemovals(for: departed.id)
                    changes.append(change)
                }
            } catch {
                problems[departed.id] = .declaration(error)
            }
        } catch {
            problems[departed.id] = .observation(error)
        }
    }

    /// Puts back what was at departed paths, from the top: each after the directory that holds it, where the plan makes
    /// that too, and not at all where it goes or cannot be made.
    mutating func putBack() {
        for var change in restorations.reversed() {
            if let parent = PathAncestors(of: change.resource.identity).first(where: { _ in true }) {
                let directory = ResourceID(type: .directory, identity: String(parent))
                let isGoing = changes.contains { $0.resource == directory && $0.action == .remove }
                if isGoing || problems[directory] != nil {
                    problems[change.resource] = .blocked(by: root(of: directory))
                    continue
                }
                if context.changed.contains(directory) { change.dependencies.append(directory) }
            }
            changes.append(change)
            context.changed.insert(change.resource)
        }
    }

    private func removal(_ departed: DepartedResource, _ observed: Observation) throws(HostError) -> Change? {
        if departed.last.attributes.type == .unit {
            return UnitProvider.removal(from: observed, of: departed)
        }
        do throws(HostError) {
            return try ProviderRegistry.change(from: observed, to: departed.target, context: context)
        } catch {
            guard error.code == .notEmpty || error.code == .wrongType else { throw error }
            throw HostError(
                error.code,
                "cannot remove '\(departed.id)', which left the blueprint: \(observed.typeName) is there with "
                    + "something in it or in "
                    + "its place; remove it by hand, or declare it again")
        }
    }

    /// A declared path above that becomes something else in this plan: what lay below it is looked for afterwards.
    private func replaced(above id: ResourceID) -> ResourceID? {
        guard id.type.isPath else { return nil }
        for ancestor in PathAncestors(of: id.identity) {
            for type in [ResourceType.file, .directory, .symlink] {
                let above = ResourceID(type: type, identity: String(ancestor))
                guard context.changed.contains(above), let change = changes.first(where: { $0.resource == above })
                else {
                    continue
                }
                if change.action == .replace || change.action == .remove || type == .symlink { return above }
            }
        }
        return nil
    }

    /// A directory is removed after what lies in it.
    private func earlierRemovals(for id: ResourceID) -> [ResourceID] {
        guard id.type == .directory else { return [] }
        let prefix = id.identity + "/"
        return changes.lazy.map(\.resource).filter { $0.type.isPath && $0.identity.utf8.starts(with: prefix.utf8) }
    }

    private mutating func append(_ change: Change, of resource: DeclaredResource, after stopped: [ResourceID]) {
        for first in resource.dependencies {
            let isReady = problems[first] == nil && onTheirWay[first] == nil
            let culprit = isReady ? blockedBy[first] : first
            if let culprit {
                problems[resource.id] = .blocked(by: root(of: culprit))
                return
            }
        }
        if resource.id.type == .symlink { changedLinks[Substring(resource.id.identity)] = resource.id }
        var change = change
        let first = stopped + dependencies(of: resource)
        // Most have none, and setting it makes another of the change.
        if !first.isEmpty { change.dependencies = first }
        changes.append(change)
        context.changed.insert(resource.id)
        guard change.purgesOnly else { return }
        purged.insert(resource.id)
        passedOn[resource.id] = change.dependencies
    }

    private func changedLink(above resource: DeclaredResource) -> ResourceID? {
        guard resource.id.type.isPath, !changedLinks.isEmpty else { return nil }
        return PathAncestors(of: resource.id.identity).lazy.compactMap { changedLinks[$0] }.first
    }

    /// The resource whose own problem is behind a blocked one.
    private func root(of id: ResourceID) -> ResourceID {
        guard case .blocked(let other)? = problems[id] else { return id }
        return other
    }

    private mutating func passOn(_ resource: DeclaredResource) {
        let first = dependencies(of: resource)
        if !first.isEmpty { passedOn[resource.id] = first }
        for first in resource.dependencies {
            let isReady = problems[first] == nil && onTheirWay[first] == nil
            guard let blocked = isReady ? blockedBy[first] : first else { continue }
            blockedBy[resource.id] = blocked
            return
        }
    }

    /// The changes that come before a resource, also through resources that do not change; without doubles.
    private func dependencies(of resource: DeclaredResource) -> [ResourceID] {
        var found: [ResourceID] = []
        var seen: Set<ResourceID> = []
        for first in resource.dependencies {
            let isWaitedFor = context.changed.contains(first) && !(purged.contains(first) && resource.lies(in: first))
            let changed = isWaitedFor ? [first] : passedOn[first] ?? []
            for id in changed where seen.insert(id).inserted { found.append(id) }
        }
        return found
    }
}

extension Change {
    /// Whether it does nothing but remove what a directory that purges holds.
    fileprivate var purgesOnly: Bool {
        guard resource.type == .directory, action == .update else { return false }
        return operations.allSatisfy { if case .remove = $0 { true } else { false } }
    }
}

extension DeclaredResource {
    fileprivate func lies(in directory: ResourceID) -> Bool {
        id.type.isPath && id.identity.utf8.starts(with: (directory.identity + "/").utf8)
    }
}
