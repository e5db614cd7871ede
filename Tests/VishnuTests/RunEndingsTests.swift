import HostRuntime
import HostTestSupport
import Model
import ServiceLifecycleTestKit
import Store
import Synchronization
import TestSupport
import Testing

@testable import Vishnu

/// Repairs end beside the loop, and nothing of them is lost.
@Suite struct RunEndingsTests {
    private static let file = ResourceID(type: .file, identity: "/etc/a")
    private static let other = ResourceID(type: .file, identity: "/etc/b")

    /// Endings of runs that are numbers; what was ended together is noted.
    private final class Fixture: Sendable {
        let clock = ManualClock()
        let groups = Mutex<[[Int]]>([])
        let concluded = Tally()
        private let queue = Mutex<RunEndings<Int>?>(nil)

        init() {
            let ended = RunEndings<Int>(clock: clock) { [weak self] runs in
                self?.groups.withLock { $0.append(runs) }
                return runs.map { _ in .succeeded(concurrentWrites: []) }
            }
            queue.withLock { $0 = ended }
        }

        var endings: RunEndings<Int> {
            guard let endings = queue.withLock({ $0 }) else { preconditionFailure("the fixture has no queue") }
            return endings
        }

        func handOver(_ run: Int, of resource: ResourceID = file) async {
            await endings.handOver([resource], run) { _ in self.concluded.raise() }
        }

        func whileRunning(_ body: () async throws -> Void) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.endings.run() }
                while !endings.isRunning { await Task.yield() }
                try await body()
                group.cancelAll()
            }
        }

        /// Moves the clock until nothing waits.
        func passTime() async {
            while endings.isOpen {
                await clock.sleepers(1)
                clock.advance(by: RunEndings<Int>.quiet)
                await Task.yield()
            }
        }
    }

    @Test func `what is only to be told is told beside, and at once where nobody takes it`() async throws {
        let fixture = Fixture()
        let told = Tally()
        await fixture.endings.handOver { told.raise() }
        #expect(told.count == 1)
        try await fixture.whileRunning {
            await fixture.endings.handOver {
                await Task.yield()
                told.raise()
            }
            #expect(told.count == 1)
            await fixture.clock.sleepers(1)
            fixture.clock.advance(by: RunEndings<Int>.quiet)
            while told.count < 2 { await Task.yield() }
        }
    }

    @Test func `an ending that nobody takes is done by its caller`() async {
        let fixture = Fixture()
        await fixture.handOver(1)
        #expect(fixture.concluded.count == 1)
        await fixture.endings.drained()
    }

    @Test func `endings wait for a quiet moment and are done together`() async throws {
        let fixture = Fixture()
        try await fixture.whileRunning {
            await fixture.handOver(1)
            await fixture.clock.sleepers(1)
            await fixture.handOver(2)
            await fixture.handOver(3)
            #expect(fixture.concluded.count == 0)
            await fixture.passTime()
            #expect(fixture.groups.withLock { $0 } == [[1, 2, 3]])
            #expect(fixture.concluded.count == 3)
        }
    }

    @Test func `who needs a resource ends what is open of it, and waits for nothing of others`() async throws {
        let fixture = Fixture()
        try await fixture.whileRunning {
            await fixture.handOver(1)
            await fixture.endings.drained(of: [Self.other])
            #expect(fixture.concluded.count == 0)
            await fixture.endings.drained(of: [Self.file])
            #expect(fixture.concluded.count == 1)
        }
    }

    @Test func `more endings than are kept are done by their callers, oldest first`() async throws {
        let fixture = Fixture()
        try await fixture.whileRunning {
            for run in 0..<RunEndings<Int>.limit { await fixture.handOver(run) }
            #expect(fixture.groups.withLock { $0 } == [Array(0..<RunEndings<Int>.groupMaximum)])
            await fixture.endings.drained()
            #expect(fixture.concluded.count == RunEndings<Int>.limit)
        }
    }

    @Test func `what was handed over before a graceful shutdown is ended`() async throws {
        let fixture = Fixture()
        try await testGracefulShutdown { trigger in
            try await fixture.whileRunning {
                await fixture.handOver(1)
                await fixture.clock.sleepers(1)
                trigger.triggerGracefulShutdown()
                fixture.clock.advance(by: RunEndings<Int>.quiet)
                while fixture.endings.isOpen { await Task.yield() }
            }
        }
        #expect(fixture.concluded.count == 1)
    }

    @Test func `a cancelled queue holds nobody back`() async throws {
        let fixture = Fixture()
        try await fixture.whileRunning { await fixture.handOver(1) }
        await fixture.endings.drained()
    }
}

/// The loop hands over the ends of its repairs.
@Suite(.tags(.i3)) struct HandedOverRepairTests {
    private static let a = DeclaredResource.file("/etc/a", "a\n")

    private static func withRepairs(
        boundary: @escaping @Sendable (LoopFixture, Boundary) -> Void = { _, _ in },
        _ body: (LoopFixture) async throws -> Void
    ) async throws {
        try await withLoop { loop in
            try await loop.commit("c1", [a], texts: ["a\n"])
            #expect(try await loop.pass() == .succeeded)
            loop.restart { point in boundary(loop, point) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await loop.endings.run() }
                while !loop.endings.isRunning { await Task.yield() }
                try await body(loop)
                group.cancelAll()
            }
        }
    }

    @Test func `repairs of one file follow each other and all of them end`() async throws {
        try await Self.withRepairs { loop in
            for round in 1...3 {
                loop.host.write("/etc/a", "drift \(round)\n")
                try await loop.repair(Self.a.id)
                #expect(loop.text("/etc/a") == "a\n")
                #expect(try loop.status(of: Self.a.id).phase == .inSync)
            }
            await loop.endings.drained()
            #expect(try loop.runs() == ["change Succeeded"] + Array(repeating: "drift Succeeded", count: 3))
            #expect(try loop.host.entries(of: "/etc", limit: 100).allSatisfy { !$0.hasPrefix(".aetheredge") })
        }
    }

    @Test func `a repair that cannot be ended is undone, told and tried again`() async throws {
        try await Self.withRepairs(boundary: { loop, point in
            guard case .recorded = point else { return }
            loop.host.inject(SimulatedFault(path: "/etc", code: .readOnly, count: 1))
        }) { loop in
            loop.host.write("/etc/a", "drift\n")
            try await loop.repair(Self.a.id)
            await loop.endings.drained()
            #expect(loop.text("/etc/a") == "drift\n")
            #expect(try loop.runs() == ["change Succeeded", "drift RolledBack"])
            #expect(try loop.status(of: Self.a.id).phase == .failed)
            #expect(loop.failedRepairs.count == 1)
        }
    }

    @Test(arguments: [Boundary.discarded(step: 0), .directoriesSynced, .transition], [false, true])
    func `a crash while two repairs are open leaves both to recovery`(
        _ last: Boundary, isPowerCut: Bool
    ) async throws {
        let b = DeclaredResource.file("/etc/b", "b\n")
        try await withLoop { loop in
            try await loop.commit("c1", [Self.a, b], texts: ["a\n", "b\n"])
            let first = try await loop.pass()
            #expect(first == .succeeded)
            loop.restart { point throws(BoundaryCrash) in if point == last { throw BoundaryCrash() } }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await loop.endings.run() }
                while !loop.endings.isRunning { await Task.yield() }
                for path in ["/etc/a", "/etc/b"] {
                    loop.host.write(path, "drift\n")
                    try await loop.repair(ResourceID(type: .file, identity: path))
                }
                await loop.endings.drained()
                group.cancelAll()
            }
            let phase = last == .transition ? "drift Succeeded" : "drift Running"
            #expect(try loop.runs() == ["change Succeeded", phase, phase])
            if isPowerCut { loop.host.powerCut() }
            loop.restart()
            let outcomes = try await loop.recover()
            #expect(outcomes.count == (last == .transition ? 0 : 2))
            if !isPowerCut { #expect(outcomes.allSatisfy { $0 == .succeeded(concurrentWrites: []) }) }
            _ = try await loop.pass()
            #expect(loop.text("/etc/a") == "a\n")
            #expect(loop.text("/etc/b") == "b\n")
            #expect(try loop.journal.unsettled().isEmpty)
            let left = try loop.host.entries(of: "/etc", limit: 100).filter { $0.hasPrefix(".aetheredge") }
            #expect(left.isEmpty)
        }
    }

    @Test func `the Event of a repair says who made it needed`() async throws {
        try await Self.withRepairs { loop in
            var vim = DriftActor()
            (vim.pid, vim.exe, vim.uid, vim.confidence) = (7, "/usr/bin/vim", 1000, "observed")
            loop.host.write("/etc/a", "drift\n")
            try await loop.repair(Self.a.id, by: vim)
            await loop.endings.drained()
            let events = try await loop.objects.objects(of: EventKind.descriptor.kind, limit: nil, after: nil).items
            let messages = try events.map { try Object<EventKind>($0).spec.message }
            #expect(messages.contains("update by drift run; changed by '/usr/bin/vim' of uid 1000"))
        }
    }

    @Test func `a pass waits for open repairs and finds nothing to do`() async throws {
        try await Self.withRepairs { loop in
            loop.host.write("/etc/a", "drift\n")
            try await loop.repair(Self.a.id)
            #expect(try await loop.pass() == .nothingToDo)
            #expect(try loop.runs() == ["change Succeeded", "drift Succeeded"])
        }
    }
}
