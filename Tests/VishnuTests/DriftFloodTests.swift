import HostRuntime
import HostTestSupport
import Model
import Store
import TestSupport
import Testing

@testable import Vishnu

/// So much drift at once that one run does not repair it.
@Suite(.tags(.i8)) struct DriftFloodTests {
    private static func actor(_ executable: String, pid: Int32) -> DriftActor {
        var actor = DriftActor()
        actor.exe = executable
        actor.pid = pid
        return actor
    }

    private static func hint(_ executable: String, pid: Int32 = 1) -> HintBuffer.Hint {
        HintBuffer.Hint(actor: actor(executable, pid: pid), time: WallTime(nanoseconds: 0))
    }

    @Test func `what one run repairs is no flood, and one more is repaired in two`() throws {
        let changes = (0..<4).map { Plans.change("/f\($0)") }
        #expect(DriftFlood(changes, hints: [:], runMaximum: 4) == nil)
        let flood = try #require(DriftFlood(changes, hints: [:], runMaximum: 3))
        #expect(flood.count == 4)
        #expect(flood.parts.map { $0.map(\.resource.identity) } == [["/f0", "/f1", "/f2"], ["/f3"]])
        #expect(flood.culprit == nil)
    }

    @Test func `who did most of it is named, without a process where there were several`() throws {
        let changes = (0..<5).map { Plans.change("/f\($0)") }
        var hints = [Plans.id("/f0"): Self.hint("/bin/vi"), Plans.id("/f1"): Self.hint("/bin/vi")]
        for number in 2..<5 { hints[Plans.id("/f\(number)")] = Self.hint("/bin/sed", pid: Int32(number)) }
        let several = try #require(DriftFlood(changes, hints: hints, runMaximum: 1)?.culprit)
        #expect(several.exe == "/bin/sed" && several.pid == nil)
        for number in 2..<5 { hints[Plans.id("/f\(number)")] = Self.hint("/bin/sed", pid: 7) }
        #expect(DriftFlood(changes, hints: hints, runMaximum: 1)?.culprit?.pid == 7)
    }

    @Test func `a flood is repaired in runs of a thousand, and each tells how far it is`() async throws {
        try await withLoop { loop in
            let count = DriftFlood.runMaximum * 2 + 1
            let files = try await Self.converge(loop, count)
            for file in files {
                loop.host.write(file.id.identity, "drifted\n")
                loop.reconciler.note(file.id, actor: Self.actor("/bin/sed", pid: 9), time: loop.host.wallTime())
            }
            _ = try await loop.reconciler.reconcile(.drift)
            #expect(files.allSatisfy { loop.text($0.id.identity) == "declared\n" })
            let runs = try loop.journal.runs(limit: 100).filter { $0.plan.cause == .drift }
            #expect(runs.map(\.plan.changes.count).sorted() == [1, DriftFlood.runMaximum, DriftFlood.runMaximum])
            #expect(loop.log.all.filter { $0.contains("a flood of drift") }.count == 4)
            let drifts = try loop.resources.rows(ids: files.map(\.id)).map(\.status.lastDrift)
            #expect(drifts.allSatisfy { $0?.repairedTime != nil && $0?.actor.exe == "/bin/sed" })
        }
    }

    @Test func `a flood that a pass finds is repaired in runs of a thousand too`() async throws {
        try await withLoop { loop in
            let files = try await Self.converge(loop, DriftFlood.runMaximum + 1)
            for file in files { loop.host.write(file.id.identity, "drifted\n") }
            let result = try await loop.pass()
            #expect(result == .succeeded)
            #expect(files.allSatisfy { loop.text($0.id.identity) == "declared\n" })
            let runs = try loop.journal.runs(limit: 100).filter { $0.plan.cause == .drift }
            #expect(runs.map(\.plan.changes.count).sorted() == [1, DriftFlood.runMaximum])
        }
    }

    @Test func `a pass that finds drift names who was seen at it, and nobody for the rest`() async throws {
        try await withLoop { loop in
            let files = try await Self.converge(loop, 20)
            for file in files { loop.host.write(file.id.identity, "drifted\n") }
            for file in files.prefix(19) {
                loop.reconciler.note(file.id, actor: Self.actor("/bin/sed", pid: 9), time: loop.host.wallTime())
            }
            let result = try await loop.pass()
            #expect(result == .succeeded)
            let drifts = try files.map { try loop.status(of: $0.id).lastDrift }
            #expect(drifts.prefix(19).allSatisfy { $0?.repairedTime != nil && $0?.actor.exe == "/bin/sed" })
            #expect(drifts.last??.actor.unknown?.contains("a pass over everything") == true)
        }
    }

    @Test func `a pass whose repair is undone leaves who was seen to the next`() async throws {
        try await withLoop { loop in
            let file = try #require(try await Self.converge(loop, 1).first)
            loop.host.write(file.id.identity, "drifted\n")
            loop.host.setImmutable(file.id.identity, true)
            loop.reconciler.note(file.id, actor: Self.actor("/bin/sed", pid: 9), time: loop.host.wallTime())
            let undone = try await loop.pass()
            #expect(undone == .rolledBack)
            loop.host.setImmutable(file.id.identity, false)
            let result = try await loop.pass()
            #expect(result == .succeeded)
            #expect(try loop.status(of: file.id).lastDrift?.actor.exe == "/bin/sed")
        }
    }

    @Test func `a part that cannot be repaired does not keep the others from theirs`() async throws {
        try await withLoop { loop in
            let files = try await Self.converge(loop, DriftFlood.runMaximum + 1)
            for file in files {
                loop.host.write(file.id.identity, "drifted\n")
                loop.reconciler.note(file.id, actor: Self.actor("/bin/sed", pid: 9), time: loop.host.wallTime())
            }
            let first = try #require(files.first)
            loop.host.setImmutable(first.id.identity, true)
            await #expect(throws: RepairFailed.self) { _ = try await loop.reconciler.reconcile(.drift) }
            let last = try #require(files.last)
            #expect(loop.text(last.id.identity) == "declared\n")
            #expect(loop.text(first.id.identity) == "drifted\n")
            loop.host.setImmutable(first.id.identity, false)
            _ = try await loop.reconciler.reconcile(.drift)
            #expect(files.allSatisfy { loop.text($0.id.identity) == "declared\n" })
        }
    }

    /// Files that are as declared, in the order in which they are repaired.
    private static func converge(_ loop: LoopFixture, _ count: Int) async throws -> [DeclaredResource] {
        let files = (0..<count).map { DeclaredResource.file("/etc/f\(10_000 + $0)", "declared\n") }
        try await loop.commit("c1", files, texts: ["declared\n"])
        let result = try await loop.pass()
        try #require(result == .succeeded)
        return files
    }
}
