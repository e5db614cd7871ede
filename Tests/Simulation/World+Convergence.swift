import HostRuntime
import Model
import Store
import Synchronization
import Vishnu

/// What is checked of the host as a whole: that the loop says the truth, and that what can converge does.
extension World {
    /// After a pass that nothing disturbed: no run is left open, and what is said to be in sync is (I3, I7).
    ///
    /// What the pass did not look at, because only its failure made that the target again, is for the next one.
    func checkPass(over before: [DeclaredResource]) throws {
        guard !books.withLock(\.isDisturbed), !isViolated else { return }
        if let open = try journal.unsettled().first(where: { $0.phase != .waitingForApproval }) {
            return violate("I3", "run '\(open.name)' is \(open.phase.rawValue) after a pass that nothing disturbed")
        }
        if books.withLock(\.isHeld) { return }
        // What left waits to be forgotten or removed, and is looked at no more.
        let declared = Set(try target().map(\.id)).intersection(before.map(\.id))
        for row in try resources.allRows() where row.status.phase == .inSync && declared.contains(row.id) {
            guard let problem = mismatch(of: row.declared) else { continue }
            return violate("I7", "'\(row.id)' is said to be in sync, and \(problem)")
        }
    }

    /// Once nothing goes wrong any more, with all hints lost: everything that may be enforced converges.
    func converge() async throws {
        tape.note("converge")
        for scope in books.withLock(\.paused).sorted(by: { $0.description < $1.description }) {
            try await resume(scope)
        }
        try await resume(.everything)
        var isContent = false
        for round in 1...12 {
            let before = books.withLock(\.effectCount)
            isContent = await reconcile(.pass)
            if isViolated { return }
            let questions = try waiting()
            for run in questions { try await answer(run, true) }
            // Longer than any wait for somebody who undoes repairs.
            host.advance(by: 700_000_000_000)
            let isIdle = books.withLock(\.effectCount) == before
            // What was undone once may be made in the next pass.
            if round > 2, isContent, isIdle, questions.isEmpty, try remaining() == nil { break }
        }
        guard isContent else { return violate("I7", "a pass fails though nothing goes wrong any more") }
        if let problem = try remaining() { return violate("I7", problem) }
        try checkPass(over: try target())
        checkRemoved()
        try await checkIdle()
        try await checkRestart()
    }

    /// A pass over a host that converged changes nothing.
    private func checkIdle() async throws {
        if isViolated { return }
        let before = books.withLock(\.effectCount)
        _ = await reconcile(.pass)
        guard books.withLock(\.effectCount) != before, let run = try journal.summaries(limit: 1).first else { return }
        // What cannot be repaired is tried again and again.
        if run.phase == .succeeded { violate("I7", "a pass made run '\(run.name)' though all had converged") }
    }

    /// A start finds nothing to do, and nothing of a run is left on the disk where something is managed.
    private func checkRestart() async throws {
        if isViolated { return }
        try await start()
        _ = await reconcile(.pass)
        if isViolated { return }
        if let problem = try remaining() { return violate("I7", "after a start \(problem)") }
        let managed = Set(try resources.allRows().filter { $0.id.type.isPath }.map { Self.beside($0.id.identity, "") })
        for (path, _) in host.sights(below: "/") where Self.isTemporary(path) && managed.contains(Self.beside(path, ""))
        {
            return violate("I3", "'\(path)' of a run is left on the disk")
        }
    }

    /// What has not converged and has no reason not to.
    private func remaining() throws -> String? {
        let target = try target()
        let rows = Dictionary(try resources.allRows().map { ($0.id, $0) }) { first, _ in first }
        // A repair is of all that drifted: what can never be verified keeps the rest from it.
        let isHopeless = target.contains { declared in
            !declared.verify.isEmpty && (mismatch(of: declared) != nil || rows[declared.id]?.status.phase != .inSync)
        }
        var excused: Set<ResourceID> = []
        for declared in target {
            let row = rows[declared.id]?.status
            let problem = mismatch(of: declared)
            if problem == nil, row?.phase == .inSync || row?.phase == .ignored { continue }
            // Without a problem, what differs is of no concern here: what is in a directory that is to be purged.
            let isExcused =
                isHopeless || mayStay(declared, row) || declared.dependencies.contains(where: excused.contains)
                || isUnreachable(declared) || (problem != nil && isObstructed(declared))
            guard isExcused else {
                return "'\(declared.id)' never converges: \(problem ?? "it is as declared"); its row says "
                    + "\(row?.phase?.rawValue ?? "nothing"), \(row?.conditions?.first?.message ?? "")"
            }
            excused.insert(declared.id)
        }
        return nil
    }

    /// What the host is to hold once no rollback holds commits back.
    func target() throws -> [DeclaredResource] {
        guard let life = books.withLock(\.life) else { return [] }
        let generations = try life.generations.list(limit: 100)
        let newest = generations.first
        let isUsable = newest?.state == .candidate || newest?.state == .good
        guard let number = (isUsable ? newest : generations.first { $0.state == .good })?.number else { return [] }
        return try life.generations.generation(number).resources
    }

    private func mayStay(_ declared: DeclaredResource, _ row: ResourceKind.Status?) -> Bool {
        let isDenied = row?.conditions?.contains { $0.reason == .denied } ?? false
        return declared.isProtected || declared.mode == .observe || declared.onDrift != .repair
            || (isDenied && books.withLock(\.hasDenied))
    }

    /// Whether something stands in the way that no plan removes: another type of file, a missing parent, what is in a
    /// directory that must go.
    private func isObstructed(_ declared: DeclaredResource) -> Bool {
        guard declared.id.type.isPath else { return false }
        let path = declared.id.identity
        guard let sight = host.sight(of: path) else {
            if case .file(let file) = declared.attributes { return file.content == nil }
            return false
        }
        switch (declared.attributes, sight.content) {
        case (.file, .file), (.symlink, .symlink): return false
        case (.directory(let directory), .directory(let names)): return directory.isAbsent && !names.isEmpty
        default: return true
        }
    }

    /// Whether the directory that holds it is missing, or something else.
    private func isUnreachable(_ declared: DeclaredResource) -> Bool {
        declared.id.type.isPath && !host.isDirectory(Self.parent(of: declared.id.identity))
    }

    private static func parent(of path: String) -> String {
        let parent = String(beside(path, "").dropLast())
        return parent.isEmpty ? "/" : parent
    }

    /// How the host differs from a declaration; nil when it does not.
    func mismatch(of declared: DeclaredResource) -> String? {
        let name = declared.id.identity
        let sight = declared.id.type.isPath ? host.sight(of: name) : nil
        let seen = "there is \(Self.text(sight))"
        switch declared.attributes {
        case .file(let file):
            if file.isAbsent { return sight == nil ? nil : seen }
            guard let sight, case .file(let bytes) = sight.content else { return seen }
            if let content = file.content, content.digest != ContentDigest(hashing: bytes) { return seen }
            return metadata(sight, file.mode, file.owner)
        case .directory(let directory):
            if directory.isAbsent { return sight == nil ? nil : seen }
            guard let sight, case .directory = sight.content else { return seen }
            return metadata(sight, directory.mode, directory.owner)
        case .symlink(let link):
            guard let target = link.target, !link.isAbsent else { return sight == nil ? nil : seen }
            return sight?.content == .symlink(target) ? nil : seen
        case .unit(let unit):
            return mismatch(of: unit, name)
        }
    }

    private func metadata(_ sight: SimulatedSight, _ mode: UInt16?, _ owner: String?) -> String? {
        if let mode, mode != sight.permissions { return "its mode is \(String(sight.permissions, radix: 8))" }
        if owner != nil, sight.owner != 33 { return "its owner is \(sight.owner)" }
        return nil
    }

    private func mismatch(of unit: UnitAttributes, _ name: String) -> String? {
        if let content = unit.content {
            guard case .file(let bytes)? = host.sight(of: "/etc/systemd/system/" + name)?.content,
                content.digest == ContentDigest(hashing: bytes)
            else { return "its unit file is another" }
        }
        let seen = host.sight(ofUnit: name)
        if let isActive = unit.isActive, isActive != seen.isRunning {
            return "it \(isActive ? "does not run" : "runs")"
        }
        if let isEnabled = unit.isEnabled, isEnabled != (seen.fileState == "enabled") {
            return "it is \(seen.fileState)"
        }
        return nil
    }
}
