import Model
import TestSupport
import Testing

@testable import HostRuntime

@Suite struct RunMachineTests {
    private static let file = ResourceID(type: .file, identity: "/etc/motd")

    private static func batches(_ count: Int) -> [RunLayout.Batch] {
        (0..<count).map { index in
            RunLayout.Batch(
                isFiles: true, steps: index..<index + 1, waves: [index..<index + 1], compared: [file],
                completed: [index])
        }
    }

    /// Answers every action with what succeeds until one that `isStop` says, and returns the actions up to it.
    private static func run(
        _ machine: inout RunMachine, _ request: RunControl.Request = .proceed,
        until isStop: (RunMachine.Action) -> Bool = { _ in false }
    ) -> [RunMachine.Action] {
        var actions = [machine.start(request)]
        while let action = actions.last, !isStop(action) {
            switch action {
            case .finish: return actions
            case .compare: actions.append(machine.handle(.compared(changed: []), request))
            case .undo: actions.append(machine.handle(.undone([]), request))
            default: actions.append(machine.handle(.done, request))
            }
        }
        return actions
    }

    @Test func `a run compares before it commits and commits before it applies`() {
        var machine = RunMachine(batches: Self.batches(2))
        #expect(
            Self.run(&machine) == [
                .begin,
                .prepare(batch: 0), .compare([Self.file]), .commit(batch: 0), .apply(batch: 0), .verify(batch: 0),
                .record(batch: 0), .clear(batch: 0),
                .prepare(batch: 1), .compare([Self.file]), .commit(batch: 1), .apply(batch: 1), .verify(batch: 1),
                .record(batch: 1), .clear(batch: 1),
                .settle(.succeeded, message: nil), .finish(.succeeded(concurrentWrites: [])),
            ])
    }

    @Test func `a run without batches succeeds`() {
        var machine = RunMachine(batches: [])
        #expect(
            Self.run(&machine) == [
                .begin, .settle(.succeeded, message: nil), .finish(.succeeded(concurrentWrites: [])),
            ])
    }

    @Test(.tags(.i5)) func `a change before the first intent replans and leaves nothing in the journal to undo`() throws
    {
        var machine = RunMachine(batches: Self.batches(1))
        _ = Self.run(&machine) { $0 == .compare([Self.file]) }
        let failure = try #require(
            machine.handle(.compared(changed: [Self.file]), .proceed).undoCause(isRecorded: false))
        #expect(failure.reason == .changed)
        let settle = machine.handle(.undone([]), .proceed)
        #expect(settle == .settle(.superseded, message: failure.message))
        #expect(machine.handle(.done, .proceed) == .finish(.replan(changed: [Self.file])))
    }

    @Test(.tags(.i5)) func `a change after the first batch undoes the run and replans`() throws {
        var machine = RunMachine(batches: Self.batches(2))
        _ = Self.run(&machine) { $0 == .prepare(batch: 1) }
        _ = machine.handle(.done, .proceed)
        let failure = try #require(
            machine.handle(.compared(changed: [Self.file]), .proceed).undoCause(isRecorded: true))
        #expect(machine.handle(.undone([]), .proceed) == .settle(.rolledBack, message: failure.message))
        #expect(machine.handle(.done, .proceed) == .finish(.replan(changed: [Self.file])))
    }

    @Test func `a failure to prepare is a failure only when the host is as planned`() {
        let failure = RunFailure(.operation, resource: Self.file, "no space")
        var same = RunMachine(batches: Self.batches(1))
        _ = Self.run(&same) { $0 == .prepare(batch: 0) }
        #expect(same.handle(.failed(failure), .proceed) == .compare([Self.file]))
        #expect(same.handle(.compared(changed: []), .proceed) == .undo(failure, isRecorded: false))
        #expect(same.handle(.undone([]), .proceed) == .settle(.rolledBack, message: "no space"))
        var other = RunMachine(batches: Self.batches(1))
        _ = Self.run(&other) { $0 == .prepare(batch: 0) }
        _ = other.handle(.failed(failure), .proceed)
        _ = other.handle(.compared(changed: [Self.file]), .proceed)
        _ = other.handle(.undone([]), .proceed)
        #expect(other.handle(.done, .proceed) == .finish(.replan(changed: [Self.file])))
    }

    @Test(arguments: 0...4) func `a failure after the intents undoes the run`(_ step: Int) {
        let actions: [RunMachine.Action] = [
            .commit(batch: 0), .apply(batch: 0), .verify(batch: 0), .record(batch: 0), .clear(batch: 0),
        ]
        let failure = RunFailure(.operation, resource: Self.file, "broken")
        var machine = RunMachine(batches: Self.batches(1))
        _ = Self.run(&machine) { $0 == actions[step] }
        #expect(machine.handle(.failed(failure), .proceed) == .undo(failure, isRecorded: true))
        #expect(machine.handle(.undone([]), .proceed) == .settle(.rolledBack, message: "broken"))
        #expect(machine.handle(.done, .proceed) == .finish(.rolledBack(failure)))
    }

    @Test func `what could not be undone makes the run fail and is named`() {
        let failure = RunFailure(.verification, resource: Self.file, "the probe failed")
        let left = UndoFailure(step: 0, resource: Self.file, message: "read-only")
        var machine = RunMachine(batches: Self.batches(1))
        _ = Self.run(&machine) { $0 == .verify(batch: 0) }
        _ = machine.handle(.failed(failure), .proceed)
        #expect(
            machine.handle(.undone([left]), .proceed)
                == .settle(.failed, message: "the probe failed; not undone: file:/etc/motd: read-only"))
        #expect(machine.handle(.done, .proceed) == .finish(.failed(failure, notUndone: [left])))
    }

    @Test func `a shutdown finishes the batch that had begun and takes no other`() {
        var machine = RunMachine(batches: Self.batches(2))
        _ = Self.run(&machine) { $0 == .apply(batch: 0) }
        #expect(machine.handle(.done, .interrupt) == .verify(batch: 0))
        #expect(machine.handle(.done, .interrupt) == .record(batch: 0))
        #expect(machine.handle(.done, .interrupt) == .clear(batch: 0))
        #expect(machine.handle(.done, .interrupt) == .finish(.interrupted))
    }

    @Test func `a shutdown during the last batch lets the run succeed`() {
        var machine = RunMachine(batches: Self.batches(1))
        _ = Self.run(&machine) { $0 == .clear(batch: 0) }
        #expect(machine.handle(.done, .interrupt) == .settle(.succeeded, message: nil))
    }

    @Test func `an interrupted run goes on with the batch that comes next`() {
        var machine = RunMachine(batches: Self.batches(3), firstBatch: 2)
        #expect(machine.start(.proceed) == .begin)
        #expect(machine.handle(.done, .proceed) == .prepare(batch: 2))
        #expect(machine.hasIntents)
    }

    @Test func `an operator stops a run between two batches and it is undone`() {
        var machine = RunMachine(batches: Self.batches(2))
        _ = Self.run(&machine) { $0 == .clear(batch: 0) }
        let failure = RunFailure(.stopped, "stopped by 1000:ada")
        #expect(machine.handle(.done, .stop("stopped by 1000:ada")) == .undo(failure, isRecorded: true))
    }

    @Test func `a journal that cannot take the end leaves the run to recovery`() {
        var machine = RunMachine(batches: Self.batches(1))
        _ = Self.run(&machine) { $0 == .settle(.succeeded, message: nil) }
        let failure = RunFailure(.store, "disk full")
        #expect(machine.handle(.failed(failure), .proceed) == .finish(.failed(failure, notUndone: [])))
    }

    @Test func `an answer that was not asked for traps`() async {
        await #expect(processExitsWith: .failure) {
            var machine = RunMachine(batches: [])
            _ = machine.start(.proceed)
            _ = machine.handle(.compared(changed: []), .proceed)
        }
    }
}
