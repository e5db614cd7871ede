import HostRuntime
import Model
import Store
import Synchronization

/// What is checked before the daemon changes something: that it may, that it was shown, and that it can be undone.
extension World {
    static func beside(_ path: String, _ name: String) -> String {
        let parent = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? ""
        return parent + "/" + name
    }

    /// Whether a path is under a name of a run's own.
    static func isTemporary(_ path: String) -> Bool {
        path.split(separator: "/").contains { TemporaryName.matches($0) }
    }

    /// Remembers what a plan was made for.
    func noteShown() {
        var sights: [String: SimulatedSight] = [:]
        for path in Universe.paths { sights[path] = host.sight(of: path) }
        books.withLock { [sights] in $0.shownUnnamed.append(sights) }
    }

    /// Names the runs that were made since.
    private func nameShown() throws {
        let unnamed = books.withLock { books in
            defer { books.shownUnnamed = [] }
            return books.shownUnnamed
        }
        guard !unnamed.isEmpty else { return }
        let names = try journal.summaries(limit: unnamed.count).map(\.name)
        books.withLock { books in
            for (name, sights) in zip(names, unnamed.reversed()) {
                books.shown[name] = sights
                books.effects[name] = nil
            }
        }
    }

    /// Checks a call that changes the host, before it does.
    func inspect(_ kind: CallKind, _ path: String, run name: String) {
        do {
            switch kind {
            case .sync, .command: return
            case .discard, .prepare: try inspectRemoval(at: path, run: name)
            default:
                if Self.isTemporary(path) { return }
                try inspectEffect(kind, path, run: name)
            }
        } catch {
            violate("I9", "\(kind.rawValue) of '\(path)' belongs to no run that can be read: \(error)")
        }
    }

    private func inspectEffect(_ kind: CallKind, _ path: String, run name: String) throws {
        try nameShown()
        let run = try journal.run(named: name)
        guard run.phase == .running || run.phase == .rollingBack else {
            return violate("I9", "\(kind.rawValue) of '\(path)' by run '\(name)', which is \(run.phase.rawValue)")
        }
        guard covers(run.plan, kind, path) else {
            return violate("I1", "\(kind.rawValue) of '\(path)' by run '\(name)', whose plan does not name it")
        }
        let steps = (try? RunJournal(try database.durableState()).steps(of: name)) ?? []
        let isKnown = steps.contains { step in
            switch step.operation {
            case .unit(let unit, _): kind == .perform && unit == path || kind == .reloadUnits
            case .reloadUnitFiles: kind == .reloadUnits
            default: step.operation.path == path
            }
        }
        guard isKnown else {
            return violate(
                "I2", "\(kind.rawValue) of '\(path)' by run '\(name)' before its intent and undo are durable")
        }
        let before = books.withLock { $0.effects[name] ?? [] }
        if before.isEmpty { try inspectRun(run) }
        if kind != .perform, kind != .reloadUnits, !before.contains(path) { inspectShown(kind, path, run, before) }
        books.withLock { books in
            books.effects[name, default: []].insert(path)
            books.effectCount += 1
        }
    }

    private func covers(_ plan: Plan, _ kind: CallKind, _ path: String) -> Bool {
        if kind == .reloadUnits { return true }
        return plan.changes.contains { change in
            change.operations.contains { operation in
                if case .unit(let unit, _) = operation { return kind == .perform && unit == path }
                guard kind != .perform, let target = operation.path else { return false }
                if case .remove = operation { return path == target || path.hasPrefix(target + "/") }
                return path == target
            }
        }
    }

    /// Checks that a run may have any effect at all, before its first (I5, I6, I10).
    private func inspectRun(_ run: RunRecord) throws {
        guard run.plan.hash == run.planHash else {
            return violate("I5", "run '\(run.name)' has the hash \(run.planHash) of another plan")
        }
        let (commits, approved, answer, paused) = books.withLock { books in
            (books.commits, books.approved, books.answers[run.name], books.pausedBefore)
        }
        let declared = commits.first { $0.name == run.plan.commit }?.resources ?? []
        var needsApproval: ResourceID?
        for change in run.plan.changes {
            var declaration = declared.first { $0.id == change.resource }
            if declaration == nil { declaration = try resources.rows(ids: [change.resource]).first?.declared }
            guard let declaration else {
                return violate("I6", "run '\(run.name)' changes '\(change.resource)', which nothing declares")
            }
            if let reason = declaration.refusal(of: run.plan.cause) {
                return violate("I6", "run '\(run.name)' changes '\(change.resource)' despite \(reason)")
            }
            let isPaused =
                paused.contains(.everything) || paused.contains(.blueprint(declaration.mode))
                || paused.contains(.resource(change.resource.description))
            if isPaused { return violate("I10", "run '\(run.name)' changes '\(change.resource)', which is paused") }
            let isCovered =
                run.plan.cause == .drift && (approved[declaration.id]?.contains(declaration.attributes) ?? false)
            if declaration.mode == .propose, !isCovered { needsApproval = change.resource }
            if change.action == .remove, declared.isEmpty, run.plan.cause != .drift { needsApproval = change.resource }
        }
        guard let needsApproval else { return }
        guard let answer, answer.isYes else {
            return violate("I6", "run '\(run.name)' changes '\(needsApproval)' without an approval")
        }
        if answer.hash != run.planHash {
            violate("I5", "run '\(run.name)' was approved as \(answer.hash) and is \(run.planHash)")
        }
    }

    /// Checks that what a run changes is what its plan was made for (I5).
    ///
    /// What others did after the daemon's last look at the path is no fault of it: their bytes are kept.
    private func inspectShown(_ kind: CallKind, _ path: String, _ run: RunRecord, _ before: Set<String>) {
        guard run.phase == .running, Universe.paths.contains(path) else { return }
        if before.contains(where: { path.hasPrefix($0 + "/") || $0.hasPrefix(path + "/") }) { return }
        let (shown, read, touched) = books.withLock { books in
            (books.shown[run.name], books.lastRead[path] ?? 0, books.lastTouched[path] ?? 0)
        }
        guard let shown, touched < read else { return }
        let now = host.sight(of: path)
        let isNamed = run.plan.changes.contains { $0.resource.identity == path }
        // Of what is to be purged from a directory, a plan shows the names.
        guard isNamed || (now == nil) != (shown[path] == nil) else { return }
        guard !Self.isSame(shown[path], now, kind, managed(path, by: run.plan)) else { return }
        violate(
            "I5",
            "\(kind.rawValue) of '\(path)' by run '\(run.name)', which was planned for \(Self.text(shown[path])), "
                + "while it is \(Self.text(now))")
    }

    /// Whether owner and mode of a path are the business of a plan: it sets them, or they are declared.
    private func managed(_ path: String, by plan: Plan) -> (owner: Bool, mode: Bool) {
        var managed = (owner: false, mode: false)
        let declared = books.withLock { books in
            books.commits.first { $0.name == plan.commit }?.resources.filter { $0.id.identity == path } ?? []
        }
        for resource in declared {
            switch resource.attributes {
            case .file(let file): managed = (file.owner != nil, file.mode != nil)
            case .directory(let directory): managed = (directory.owner != nil, directory.mode != nil)
            case .symlink, .unit: continue
            }
        }
        for case .setMetadata(path, let metadata) in plan.changes.flatMap(\.operations) {
            if metadata.owner != nil { managed.owner = true }
            if metadata.mode != nil { managed.mode = true }
        }
        return managed
    }

    private static func isSame(
        _ left: SimulatedSight?, _ right: SimulatedSight?, _ kind: CallKind, _ managed: (owner: Bool, mode: Bool)
    ) -> Bool {
        guard let left, let right else { return left == right }
        if case .directory = left.content, case .directory = right.content { return true }
        if kind == .setMetadata || kind == .setAttributes {
            return (!managed.mode || left.permissions == right.permissions)
                && (!managed.owner || left.owner == right.owner)
        }
        return left.content == right.content
    }

    static func text(_ sight: SimulatedSight?) -> String {
        switch sight?.content {
        case nil: "nothing"
        case .file(let bytes): "the file '\(String(decoding: bytes, as: UTF8.self))'"
        case .directory(let names): "a directory of \(names)"
        case .symlink(let target): "a link to '\(target)'"
        case .special: "a special file"
        }
    }
}

extension DeclaredResource {
    /// Why no run of a cause may change the resource.
    func refusal(of cause: PlanCause) -> String? {
        if isProtected { return "protect: true" }
        if mode == .observe { return "mode: observe" }
        if cause == .drift, onDrift != .repair { return "onDrift: \(onDrift.rawValue)" }
        return nil
    }
}
