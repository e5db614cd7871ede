import ControllerRuntime
import HostRuntime
import Logging
public import Model
import Store
import Synchronization

extension SourceReconciler {
    /// Under which name it is kept which facts the last compile saw.
    private static let factsSettingName = "facts.compiled"
    /// What stands there when it saw none, as nothing has a condition.
    private static let unconditional = "none"

    /// Compiles a version unless it was compiled before, and says on the source how that went.
    func compile(_ fetched: FetchedSite, of source: Object<SourceKind>, requested: String?) async throws {
        let environment = environment
        let added = try await addedBlueprints.read()
        let (newest, compiledWith, seen, facts) = try await environment.worker.run {
            (
                try environment.generations.list(limit: 1).first,
                try environment.settings.value(AddedBlueprints.settingName)?.stringValue,
                try environment.settings.value(Self.factsSettingName)?.stringValue, environment.facts()
            )
        }
        let isSame = (compiledWith ?? AddedBlueprints.none) == added.fingerprint
        let areFactsSame = seen == nil || seen == Self.unconditional || seen == facts.digest.description
        let isKnown = isSame && areFactsSame && newest?.commit.commit == fetched.commit.commit
        let wasRefused =
            isSame && areFactsSame && seen != nil && source.status.fetched?.commit == fetched.commit.commit
            && source.status.errors?.isEmpty == false
        if isKnown || wasRefused {
            recall(facts, seen)
            return try await noteFetched(
                fetched, of: source, diagnostics: wasRefused ? source.status.errors ?? [] : [], requested: requested)
        }
        let site = try await compiled(fetched, with: added, facts: facts)
        var isNew = false
        if site.diagnostics.isEmpty {
            isNew = try await publish(site, fetched, added, of: source)
            if isNew, isSame, !areFactsSame { try await tellChange(of: facts, site, fetched, of: source) }
        }
        try await noteFetched(fetched, of: source, diagnostics: site.diagnostics, requested: requested)
        if isNew, source.status.fetched == fetched.commit { environment.outcomeChanged() }
        try await remember(facts, of: site)
        if site.diagnostics.isEmpty { try await environment.fetcher.collectGarbage(keeping: [fetched.commit.commit]) }
    }

    /// Compiles what was fetched before once more where conditions see other facts by now: that needs no network.
    func compileKept(_ source: Object<SourceKind>, requested: String?) async throws {
        guard let commit = source.status.fetched else { return }
        let environment = environment
        let isChanged = try await environment.worker.run {
            let seen = try environment.settings.value(Self.factsSettingName)?.stringValue ?? Self.unconditional
            return seen != Self.unconditional && seen != environment.facts().digest.description
        }
        guard isChanged, let kept = await environment.fetcher.kept(commit, of: source.spec) else { return }
        try await compile(kept, of: source, requested: requested)
    }

    /// Hands a compiled version on: as a candidate, where it is not what the newest generation is already.
    ///
    /// Answers whether it is one.
    private func publish(
        _ site: CompiledSite, _ fetched: FetchedSite, _ added: AddedBlueprints, of source: Object<SourceKind>
    ) async throws -> Bool {
        let environment = environment
        let isNew = try await environment.worker.run {
            guard let newest = try environment.generations.newest(), newest.commit == fetched.commit else {
                return true
            }
            return newest.resources != site.resources || newest.withheld != site.withheld
        }
        guard isNew else { return false }
        let record = GenerationRecord(
            number: 0, commit: fetched.commit, resources: site.resources, withheld: site.withheld, state: .candidate,
            createdTime: environment.wallTime())
        async let generation = environment.worker.run {
            try environment.generations.encode(record, environment.worker.forEachParallel)
        }
        let names = Set(added.blueprints.map(\.name))
        try await BlueprintPublisher(objects: environment.objects).publish(
            site.blueprints.filter { !names.contains($0.name) }, withheld: site.withheld,
            commit: fetched.commit.commit)
        let encoded = try await generation
        try await environment.worker.run {
            _ = try environment.generations.insert(encoded)
            _ = try environment.generations.prune(keep: environment.generationsKept)
        }
        environment.logger.info(
            "commit compiled",
            metadata: [
                LogKey.source: "\(source.metadata.name)", LogKey.commit: "\(fetched.commit.commit)",
                LogKey.count: "\(site.resources.count)",
            ])
        return true
    }

    /// Says that the same commit declares something else, as facts changed.
    private func tellChange(
        of facts: HostFacts, _ site: CompiledSite, _ fetched: FetchedSite, of source: Object<SourceKind>
    ) async throws {
        let before = compiledFacts.state.withLock { $0?.facts }
        let names = before.map { facts.names(differingFrom: $0) } ?? []
        let cause = names.isEmpty ? "since the last start" : names.joined(separator: ", ")
        environment.logger.notice(
            "facts changed, the commit declares something else",
            metadata: [
                LogKey.messageID: "\(MessageID.factsChanged.rawValue)", LogKey.source: "\(source.metadata.name)",
                LogKey.commit: "\(fetched.commit.commit)", LogKey.cause: "\(cause)",
                LogKey.count: "\(site.resources.count)", LogKey.total: "\(site.resources.count + site.withheld.count)",
            ])
        let counts = "\(site.resources.count) resources are in force, \(site.withheld.count) are left alone"
        try await record(.factsChanged, "facts changed (\(cause)): \(counts)", as: .normal, on: source)
    }

    /// Keeps what this compile saw, once it is over: one that was cut off is done again.
    private func remember(_ facts: HostFacts, of site: CompiledSite) async throws {
        let environment = environment
        // What a broken site's conditions would have seen is not known: other facts may be all that it lacks.
        let isConditional = site.isConditional || !site.diagnostics.isEmpty
        compiledFacts.state.withLock { $0 = CompiledFacts.State(facts: facts, matter: isConditional) }
        try await environment.worker.run {
            let digest = isConditional ? facts.digest.description : Self.unconditional
            guard try environment.settings.value(Self.factsSettingName)?.stringValue != digest else { return }
            try environment.settings.set(Self.factsSettingName, to: .string(digest), durability: .deferred)
        }
    }

    /// What the last compile saw, when that was before this process and nothing changed since.
    private func recall(_ facts: HostFacts, _ seen: String?) {
        let isConditional = seen != nil && seen != Self.unconditional
        compiledFacts.state.withLock { if $0 == nil { $0 = CompiledFacts.State(facts: facts, matter: isConditional) } }
    }

    /// Whether other facts than the last compile saw may give something else; unknown before the first.
    public func mayMatter(_ facts: HostFacts) -> Bool {
        compiledFacts.state.withLock { seen in seen.map { $0.matter && $0.facts != facts } ?? true }
    }

    /// The site together with what the API added; a broken addition refuses the whole, as a broken document does.
    private func compiled(
        _ fetched: FetchedSite, with added: AddedBlueprints, facts: HostFacts
    ) async throws -> CompiledSite {
        let environment = environment
        let site = try await environment.worker.run {
            try environment.settings.set(
                AddedBlueprints.settingName, to: .string(added.fingerprint), durability: .deferred)
            return try SiteCompiler(
                denied: environment.denied, sink: .store(environment.content), worker: environment.worker, facts: facts
            )
            .compile(directory: fetched.path, adding: added.blueprints)
        }
        guard added.diagnostics.isEmpty else {
            return CompiledSite(blueprints: [], resources: [], diagnostics: added.diagnostics)
        }
        return site
    }
}

extension HostFacts {
    /// The names of the facts that differ, as conditions know them.
    func names(differingFrom other: HostFacts) -> [String] {
        var names: [String] = []
        if os != other.os { names.append("os") }
        if kernel != other.kernel { names.append("kernel") }
        if architecture != other.architecture { names.append("architecture") }
        if hostname != other.hostname { names.append("hostname") }
        if cpus != other.cpus { names.append("cpus") }
        if memory != other.memory { names.append("memory") }
        if addresses != other.addresses { names.append("addresses") }
        if systemd != other.systemd { names.append("systemd") }
        return names
    }
}
