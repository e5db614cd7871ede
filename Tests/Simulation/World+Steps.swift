import ControllerRuntime
import HostRuntime
import LinuxIO
import Model
import Store
import Synchronization
import Vishnu

extension World {
    /// Plays every step, and then looks whether what can converge does.
    func play() async throws {
        try await prepare()
        for (index, step) in script.steps.enumerated() {
            if isViolated { return }
            tape.note("step", "\(index)", "\(step)")
            books.withLock { books in
                books.step = index
                books.stepStart = books.call
                books.isDisturbed = false
                books.pausedBefore = books.paused
            }
            try await play(step)
            books.withLock { books in
                books.events = []
                books.failing = nil
                books.failsAfter = nil
                books.auditFailures = 0
                books.auditFailsAfter = false
            }
            _ = try await revive()
            lookForTorn(afterPowerCut: false)
            checkBound()
            if let run = try journal.runs(limit: 1).first {
                tape.note("newest", run.name, run.phase.rawValue, run.message ?? "")
            }
        }
        if isViolated { return }
        books.withLock { books in
            books.step = script.steps.count
            books.stepStart = books.call
            books.pausedBefore = []
        }
        try await converge()
        verifyAudit()
    }

    private func play(_ step: Step) async throws {
        switch step {
        case .commit(let pieces): try await commit(pieces)
        case .pass(let events): try await drive(.pass, events)
        case .repair(let events): try await drive(.drift, events)
        case .outside(let act): perform(act)
        case .hint(let name): hint(name)
        case .answer(let isYes): try await answer(isYes)
        case .pause(let scope): try await pause(scope)
        case .resume(let scope): try await resume(scope)
        case .rollback: try await rollback()
        case .kill(let events): try await die(.killed, events)
        case .cutPower(let events): try await die(.powerCut, events)
        case .wait(let seconds):
            await endRepairs()
            host.advance(by: Int64(seconds) * 1_000_000_000)
            guard seconds >= 30 else { return }
            host.writeBack()
            books.withLock { $0.unsynced = [] }
        case .jump(let seconds): jump(seconds)
        }
    }

    /// Lets the loop work on a key while events strike; a daemon that dies starts again and makes its first pass.
    private func drive(_ key: LoopKey, _ events: [Event]) async throws {
        books.withLock { $0.events = events }
        var key = key
        for _ in 0..<50 {
            let target = try target()
            let hasSucceeded = await reconcile(key)
            guard try await revive() else {
                if key == .pass, hasSucceeded { try checkPass(over: target) }
                return
            }
            if isViolated { return }
            key = .pass
        }
        violate("I3", "the daemon did not get through a pass in fifty starts")
    }

    /// Ends the repairs that wait for a moment of quiet.
    private func endRepairs() async {
        guard let life = books.withLock(\.life) else { return }
        await life.endings.drained()
    }

    /// Returns whether the loop was content with itself.
    func reconcile(_ key: LoopKey) async -> Bool {
        guard let life = books.withLock(\.life) else { return false }
        do {
            let outcome = try await life.reconciler.reconcile(key)
            tape.note("reconciled", "\(outcome)")
            return true
        } catch {
            tape.note("reconcile failed", "\(error)")
            return false
        }
    }

    private func die(_ death: Books.Death, _ events: [Event]) async throws {
        books.withLock { books in
            books.events = events
            books.death = death
        }
        host.halt()
        _ = try await revive()
        if isViolated { return }
        try await drive(.pass, books.withLock(\.events))
    }

    /// Compiles what is declared as the source's own controller does.
    private func commit(_ pieces: [Piece]) async throws {
        guard let graph = try? ResourceGraph(pieces.map(\.declaration)), let life = books.withLock(\.life) else {
            return
        }
        let name = books.withLock { books in
            let name = "commit-\(books.commits.count + 1)"
            books.commits.append((name, graph.resources))
            for text in pieces.compactMap(\.bytes) { books.wholes.insert(Array(text.utf8)) }
            return name
        }
        for text in pieces.compactMap(\.bytes) { _ = try content.put(Array(text.utf8)) }
        _ = try life.generations.insert(
            GenerationRecord(
                number: 0, commit: CommitDescription(commit: name), resources: graph.resources, state: .candidate,
                createdTime: host.wallTime()))
        try await fetchAgain()
    }

    /// What the source says of the newest commit may be lost in a power cut; it is fetched again.
    func fetchAgain() async throws {
        guard let name = books.withLock({ $0.commits.last?.name }), !host.isStopped else { return }
        try await quietly {
            try await objects.modify(SourceKind.self, sourceName, part: .status) { source in
                source.status.fetched = CommitDescription(commit: name)
            }
        }
    }

    private func jump(_ seconds: Int) {
        let time = host.wallTime().nanoseconds + Int64(seconds) * 1_000_000_000
        host.setWallTime(WallTime(nanoseconds: max(time, 1_000_000_000)))
    }

    func checkBound() {
        let calls = books.withLock { $0.call - $0.stepStart }
        if calls > 100_000 { violate("I8", "a step took \(calls) calls") }
    }
}

extension World {
    private static var person: Requester { Requester(uid: 0, name: "root", pid: 1) }

    func waiting() throws -> [RunRecord] { try journal.unsettled().filter { $0.phase == .waitingForApproval } }

    /// Answers the newest question, if there is one.
    private func answer(_ isYes: Bool) async throws {
        guard let run = try waiting().last else { return }
        try await answer(run, isYes)
    }

    func answer(_ run: RunRecord, _ isYes: Bool) async throws {
        guard let life = books.withLock(\.life) else { return }
        do {
            try await quietly {
                try await life.control.decide(
                    run.name, DecisionRequest(decision: isYes ? .approved : .denied, planHash: run.planHash),
                    by: Self.person)
            }
        } catch let error as ControlError {
            tape.note("cannot answer", run.name, error.message)
            return
        }
        tape.note("answered", run.name, "\(isYes)")
        books.withLock { books in
            books.answers[run.name] = (isYes, run.planHash)
            if !isYes { books.hasDenied = true }
            guard isYes, let commit = books.commits.first(where: { $0.name == run.plan.commit }) else { return }
            for declared in commit.resources where declared.mode == .propose {
                books.approved[declared.id, default: []].insert(declared.attributes)
            }
        }
    }

    private func pause(_ scope: Scope) async throws {
        guard let life = books.withLock(\.life) else { return }
        do {
            try await quietly {
                try await life.control.pause(scope.key, PauseRequest(seconds: nil), by: Self.person)
            }
            books.withLock { _ = $0.paused.insert(scope) }
        } catch let error as ControlError {
            tape.note("cannot pause", error.message)
        }
    }

    func resume(_ scope: Scope) async throws {
        guard let life = books.withLock(\.life) else { return }
        do {
            try await quietly { try await life.control.resume(scope.key, by: Self.person) }
        } catch let error as ControlError {
            tape.note("cannot resume", error.message)
        }
        books.withLock { books in
            books.paused.remove(scope)
            if scope == .everything { books.isHeld = false }
        }
    }

    private func rollback() async throws {
        guard let life = books.withLock(\.life) else { return }
        books.withLock { $0.isHeld = true }
        do {
            try await quietly { _ = try await life.control.rollback(RollbackRequest(generation: nil), by: Self.person) }
        } catch let error as ControlError {
            tape.note("cannot roll back", error.message)
        }
    }

    private func hint(_ name: String) {
        guard let id = try? ResourceID(parsing: name), let life = books.withLock(\.life) else { return }
        tape.note("hint", name)
        books.withLock { $0.believed[id.identity] = nil }
        var actor = DriftActor()
        actor.comm = "vi"
        life.reconciler.note(id, actor: actor, time: host.wallTime())
    }

    func noteHint(_ name: String) { hint(name) }
    func jumpClock(_ seconds: Int) { jump(seconds) }

    /// Does what is not the loop's own work with no event striking.
    private func quietly(_ body: () async throws -> Void) async throws {
        let (events, failing, failsAfter) = books.withLock { books in
            defer {
                books.events = []
                books.failing = nil
                books.failsAfter = nil
            }
            return (books.events, books.failing, books.failsAfter)
        }
        defer {
            books.withLock { books in
                books.events = events
                books.failing = failing
                books.failsAfter = failsAfter
            }
        }
        try await body()
    }
}

extension Scope {
    /// The object that is paused.
    fileprivate var key: ObjectKey {
        switch self {
        case .everything: ObjectKey(kind: SourceKind.descriptor.kind, name: sourceName)
        case .blueprint(let mode): ObjectKey(kind: BlueprintKind.descriptor.kind, name: mode.rawValue)
        case .resource(let name): ObjectKey(kind: ResourceKind.descriptor.kind, name: name)
        }
    }
}
