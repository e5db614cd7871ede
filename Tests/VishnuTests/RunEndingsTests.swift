import HostRuntime
import HostTestSupport
import Model
import Store
import TestSupport
import Testing

@testable import Vishnu

/// Repairs end beside the loop, and nothing of them is lost.
@Suite struct RunEndingsTests {
    private static let file = ResourceID(type: .file, identity: "/etc/a")
    private static let other = ResourceID(type: .file, identity: "/etc/b")

    /// A gate that endings wait at.
    private final class Barrier: Sendable {
        private let stream: AsyncStream<Void>
        private let continuation: AsyncStream<Void>.Continuation

        init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

        func open() { continuation.finish() }

        func pass() async { for await _ in stream {} }
    }

    private static func whileRunning(
        _ endings: RunEndings, _ body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await endings.run() }
            while !endings.isRunning { await Task.yield() }
            try await body()
            group.cancelAll()
        }
    }

    @Test func `an ending that nobody takes is done by its caller`() async {
        let endings = RunEndings()
        let isDone = Tally()
        await endings.handOver([Self.file]) { isDone.raise() }
        #expect(isDone.count == 1)
        await endings.drained()
    }

    @Test func `an open ending holds back its own resources and no others`() async throws {
        let endings = RunEndings()
        try await Self.whileRunning(endings) {
            let barrier = Barrier()
            let isDone = Tally()
            await endings.handOver([Self.file]) {
                await barrier.pass()
                isDone.raise()
            }
            await endings.drained(of: [Self.other])
            #expect(isDone.count == 0)
            async let drained: Void = endings.drained(of: [Self.file])
            barrier.open()
            await drained
            #expect(isDone.count == 1)
        }
    }

    @Test func `more endings than are kept are done by their callers`() async throws {
        let endings = RunEndings()
        try await Self.whileRunning(endings) {
            let barrier = Barrier()
            let done = Tally()
            await endings.handOver([Self.file]) { await barrier.pass() }
            for _ in 0..<200 { await endings.handOver([Self.file]) { done.raise() } }
            #expect(done.count >= 200 - RunEndings.limit - 1)
            barrier.open()
            await endings.drained()
            #expect(done.count == 200)
        }
    }

    @Test func `a cancelled queue holds nobody back`() async throws {
        let endings = RunEndings()
        let barrier = Barrier()
        try await Self.whileRunning(endings) {
            await endings.handOver([Self.file]) { await barrier.pass() }
        }
        await endings.drained()
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

    @Test func `a pass waits for open repairs and finds nothing to do`() async throws {
        try await Self.withRepairs { loop in
            loop.host.write("/etc/a", "drift\n")
            try await loop.repair(Self.a.id)
            #expect(try await loop.pass() == .nothingToDo)
            #expect(try loop.runs() == ["change Succeeded", "drift Succeeded"])
        }
    }
}
