import LinuxIO
import Model
import Store
import TestSupport
import Testing

@Suite struct RunJournalTests {
    @Test func `a run comes back as it was recorded, with its sequence and name`() throws {
        try withDatabase { database, _ in
            let journal = RunJournal(database)
            var draft = run(changes: 3, phase: .waitingForApproval)
            draft.message = "asks"
            let first = try journal.create(draft)
            let second = try journal.create(draft)
            #expect(second.sequence == first.sequence + 1)
            #expect(first.name == "run-\(first.sequence)")
            #expect(first.plan == draft.plan)
            #expect(try journal.run(named: first.name) == first)
            #expect(try journal.runs(limit: 10) == [second, first])
            #expect(try journal.runs(limit: 10, before: second.sequence) == [first])
            #expect(try journal.summary(named: first.name).spec.changes == 3)
        }
    }

    @Test func `a run that is begun is named at once and stored before all that is written later`() throws {
        try withDatabase { database, _ in
            let journal = RunJournal(database)
            let first = try journal.create(run(), durability: .deferred)
            let (second, write) = try journal.begin(run(changes: 3), durability: .deferred)
            #expect(second.sequence == first.sequence + 1 && second.name == "run-\(second.sequence)")
            try journal.recordIntents(run: second.name, steps: [step(0)])
            try write.wait()
            #expect(try journal.run(named: second.name).plan == second.plan)
            #expect(try RunJournal(database).create(run()).sequence == second.sequence + 1)
        }
    }

    @Test func `a run that was only named is stored with its first intents, and once`() throws {
        try withDatabase { database, _ in
            let journal = RunJournal(database)
            let named = try journal.name(run(changes: 2))
            #expect(try code { try journal.run(named: named.name) } == .notFound)
            #expect(try code { try journal.recordIntents(run: named.name, steps: [step(0)]) } == .notFound)
            try journal.recordIntents(run: named.name, steps: [step(0), step(1)], creating: named)
            try journal.store(named, durability: .deferred)
            #expect(try journal.run(named: named.name) == named)
            #expect(try journal.summary(named: named.name).stepsTotal == 2)
            let next = try journal.name(run())
            #expect(next.sequence == named.sequence + 1)
            try journal.store(next, durability: .synced)
            #expect(try journal.run(named: next.name) == next)
        }
    }

    @Test func `a run that could not be stored gives its number to no other`() throws {
        let database = try HostDatabase.inMemory(losesUnsyncedWrites: true)
        let journal = RunJournal(database)
        try database.watchWrites(
            WriteWatcher(
                willWrite: { _, _ throws(StoreError) in throw StoreError(.full, "no space") },
                didWrite: { _ throws(StoreError) in }))
        let (lost, write) = try journal.begin(run(), durability: .deferred)
        #expect(try code { try write.wait() } == .full)
        try database.watchWrites(nil)
        #expect(try code { try journal.run(named: lost.name) } == .notFound)
        #expect(try journal.create(run()).sequence == lost.sequence + 1)
    }

    @Test func `an unknown run is not found, whatever its name looks like`() throws {
        let journal = RunJournal(try HostDatabase.inMemory())
        for name in ["run-1", "run-0", "run--1", "run-", "1", "", "run-99999999999999999999"] {
            #expect(try code { try journal.run(named: name) } == .notFound, "run '\(name)'")
            #expect(try code { try journal.recordIntents(run: name, steps: [step(0)]) } == .notFound, "run '\(name)'")
        }
    }

    @Test func `a step that is recorded again is counted once`() throws {
        let journal = RunJournal(try HostDatabase.inMemory())
        let record = try journal.create(run(), durability: .deferred)
        try journal.recordIntents(run: record.name, steps: (0..<4).map { step($0) })
        try journal.recordIntents(run: record.name, steps: [step(1), step(2)])
        #expect(try journal.summary(named: record.name).stepsTotal == 4)
        try journal.recordIntents(run: record.name, steps: (3..<6).map { step($0) })
        try journal.recordIntents(run: record.name, steps: [])
        #expect(try journal.summary(named: record.name).stepsTotal == 6)
    }

    @Test func `steps come back in order with their newest results`() throws {
        let journal = RunJournal(try HostDatabase.inMemory())
        let record = try journal.create(run(), durability: .deferred)
        try journal.recordIntents(run: record.name, steps: (0..<6).map { step($0) })
        #expect(try journal.steps(of: record.name) == (0..<6).map { step($0) })
        try journal.recordResults(run: record.name, states: (0..<4).map { StepResult(index: $0, state: .done) })
        try journal.recordResults(
            run: record.name, states: [StepResult(index: 4, state: .failed, message: "no space")])
        try journal.recordResults(run: record.name, states: [3, 1].map { StepResult(index: $0, state: .undone) })
        let steps = try journal.steps(of: record.name)
        #expect(steps.map(\.state) == [.done, .undone, .done, .undone, .failed, .intended])
        #expect(steps[4].message == "no space")
        #expect(try journal.steps(of: record.name, after: 2, limit: 2).map(\.index) == [3, 4])
        let summary = try journal.summary(named: record.name)
        #expect(summary.stepsDone == 2)
        #expect(summary.stepsTotal == 6)
    }

    @Test func `an unsettled run is never forgotten, a settled one takes nothing more`() throws {
        let journal = RunJournal(try HostDatabase.inMemory())
        let first = try journal.create(run())
        let second = try journal.create(run(phase: .waitingForApproval))
        try journal.transition(run: first.name, to: .succeeded, time: time(5), durability: .deferred)
        #expect(try journal.unsettled().map(\.name) == [second.name])
        #expect(try journal.prune(keep: 0, olderThan: time(100)) == 1)
        #expect(try journal.runs(limit: 10).map(\.name) == [second.name])
        try journal.transition(run: second.name, to: .running, time: time(6), durability: .deferred)
        try journal.transition(
            run: second.name, to: .rollingBack, message: "probe", time: time(7), durability: .deferred)
        try journal.transition(run: second.name, to: .rolledBack, time: time(8), durability: .deferred)
        let settled = try journal.run(named: second.name)
        #expect(settled.startTime == time(6) && settled.completionTime == time(8) && settled.message == "probe")
        try journal.transition(run: second.name, to: .rolledBack, time: time(9), durability: .deferred)
        #expect(try journal.run(named: second.name) == settled)
        #expect(
            try code { try journal.transition(run: second.name, to: .running, time: time(9), durability: .deferred) }
                == .conflict)
        #expect(try code { try journal.recordIntents(run: second.name, steps: [step(0)]) } == .conflict)
    }

    @Test func `pruning keeps the newest runs and those that ended lately, and takes their steps along`() throws {
        let journal = RunJournal(try HostDatabase.inMemory())
        var names: [String] = []
        for index in 0..<5 {
            let record = try journal.create(run(), durability: .deferred)
            try journal.recordIntents(run: record.name, steps: [step(0)])
            try journal.transition(
                run: record.name, to: .succeeded, time: time(Int64(index)), durability: .deferred)
            names.append(record.name)
        }
        #expect(try journal.prune(keep: 2, olderThan: time(2)) == 2)
        #expect(try journal.runs(limit: 10).map(\.name) == names.suffix(3).reversed())
        #expect(try code { try journal.steps(of: names[0]) } == .notFound)
        let next = try journal.create(run())
        #expect(try journal.steps(of: next.name).isEmpty)
    }

    @Test func `changes tell each changed run once, from any version on`() throws {
        let journal = RunJournal(try HostDatabase.inMemory())
        let first = try journal.create(run())
        let second = try journal.create(run())
        let all = try journal.changes(after: ResourceVersion(0))
        #expect(all.map(\.name) == [first.name, second.name])
        let seen = try #require(all.last).version
        #expect(try journal.changes(after: seen).isEmpty)
        try journal.recordIntents(run: first.name, steps: [step(0)])
        try journal.recordResults(run: first.name, states: [StepResult(index: 0, state: .done)])
        let changed = try journal.changes(after: seen)
        #expect(changed.map(\.name) == [first.name])
        #expect(changed.first?.stepsDone == 1)
    }

    @Test func `a listener is told after a change, also of one before it listened again`() async throws {
        let journal = RunJournal(try HostDatabase.inMemory())
        var updates = journal.updates().makeAsyncIterator()
        let record = try journal.create(run())
        try journal.recordIntents(run: record.name, steps: [step(0)])
        try journal.transition(run: record.name, to: .succeeded, time: time(), durability: .deferred)
        #expect(await updates.next() != nil)
    }

    @Test(.tags(.i2)) func `intents survive a power cut, deferred results need not`() throws {
        let database = try HostDatabase.inMemory(losesUnsyncedWrites: true)
        let journal = RunJournal(database)
        let record = try journal.create(run(), durability: .deferred)
        try journal.recordIntents(run: record.name, steps: [step(0), step(1)])
        try journal.recordResults(run: record.name, states: [StepResult(index: 0, state: .done)])
        #expect(try journal.steps(of: record.name).map(\.state) == [.done, .intended])
        try database.cutPower()
        #expect(try journal.unsettled().map(\.name) == [record.name])
        #expect(try journal.steps(of: record.name) == [step(0), step(1)])
        let next = try journal.create(run(), durability: .deferred)
        try database.cutPower()
        #expect(try code { try journal.run(named: next.name) } == .notFound)
    }

    @Test func `a step beyond the bound is refused and nothing of its batch is stored`() throws {
        let journal = RunJournal(try HostDatabase.inMemory())
        let record = try journal.create(run())
        let beyond = step(RunJournal.stepLimit)
        #expect(try code { try journal.recordIntents(run: record.name, steps: [step(0), beyond]) } == .invalid)
        #expect(try journal.steps(of: record.name).isEmpty)
        let result = StepResult(index: RunJournal.stepLimit, state: .done)
        #expect(try code { try journal.recordResults(run: record.name, states: [result]) } == .invalid)
    }
}
