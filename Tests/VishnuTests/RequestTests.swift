import ControllerRuntime
import HostRuntime
import HostTestSupport
import Model
import Store
import Synchronization
import TestSupport
import Testing

@testable import Vishnu

/// Whoever asked for a pass is answered, also when none can begin.
@Suite struct RequestTests {
    private static let full = StoreError(.full, "no space is left for the state; free some")

    private static func ask(_ loop: LoopFixture) async throws -> Int64 {
        try await loop.reconciler.requestPass(planHash: nil, by: "0:root")
    }

    private static func progress(of pass: Int64, _ loop: LoopFixture) async throws -> PassProgress {
        try await loop.control { try $0.progress(of: pass) }
    }

    @Test func `a pass that cannot begin answers those who wait for it`() async throws {
        try await withLoop { loop in
            let isFull = Mutex(true)
            loop.audit.watchWrites(
                WriteWatcher(
                    willWrite: { (_, durability) throws(StoreError) in
                        if isFull.withLock({ $0 }) { throw Self.full }
                        return durability
                    }, didWrite: { _ in }))
            // Its end cannot be audited, so that no pass begins after it.
            try await loop.commit("one", [.file("/etc/a", "one")], texts: ["one"])
            _ = try await loop.reconciler.reconcile(.pass)

            let refused = try await Self.ask(loop)
            await #expect(throws: StoreError.self) { try await loop.reconciler.reconcile(.drift) }
            #expect(try await !Self.progress(of: refused, loop).isOver, "a repair of drift is no pass")
            await #expect(throws: StoreError.self) { try await loop.reconciler.reconcile(.pass) }
            let answer = try await Self.progress(of: refused, loop)
            #expect(answer.isOver && answer.result == .failed)
            #expect(answer.message == "the pass cannot begin: no space is left for the state; free some")

            isFull.withLock { $0 = false }
            loop.host.advance(by: 1_000_000_000)
            let heard = try await Self.ask(loop)
            try await loop.objects.modify(SourceKind.self, sourceName, part: .status) { source in
                source.status.lastHandledReconcile = String(heard)
            }
            _ = try await loop.reconciler.reconcile(.pass)
            #expect(try await Self.progress(of: heard, loop).result == .nothingToDo)
            #expect(try await Self.progress(of: refused, loop).result == .failed, "an answer was taken back")
        }
    }

    @Test func `a request that the source cannot note is answered, and a newer one is left to its pass`() async throws {
        try await withLoop { loop in
            let first = try await Self.ask(loop)
            loop.host.advance(by: 1_000_000_000)
            let second = try await Self.ask(loop)
            #expect(second > first)
            loop.reconciler.noteUnanswered(String(first), because: Self.full)
            let answer = try await Self.progress(of: first, loop)
            #expect(answer.result == .failed)
            #expect(
                answer.message
                    == "the source cannot be brought up to date: no space is left for the state; free some")
            #expect(try await !Self.progress(of: second, loop).isOver)
            loop.reconciler.noteUnanswered(nil, because: Self.full)
            #expect(try await Self.progress(of: second, loop).result == .failed)
        }
    }

    @Test func `a request that was not made is not waited for`() async throws {
        try await withLoop { loop in
            _ = try await loop.objects.delete(
                ObjectKey(kind: SourceKind.descriptor.kind, name: sourceName), precondition: nil)
            let pass = loop.host.wallTime().nanoseconds
            await #expect(throws: StoreError.self) { _ = try await Self.ask(loop) }
            await #expect(throws: ControlError.self) { _ = try await Self.progress(of: pass, loop) }
        }
    }

    @Test func `what the running pass answers is left to it`() {
        var book = PassBook()
        for pass in 1...3 { book.request(Int64(pass), planHash: nil, by: "0:root") }
        book.begin(handled: 1)
        book.fail(upTo: 2, message: "full")
        #expect(book.progress(of: 1)?.isOver == false)
        #expect(book.progress(of: 2)?.result == .failed)
        #expect(book.progress(of: 3)?.isOver == false)
        book.finish(.succeeded, message: nil)
        #expect(book.progress(of: 1)?.result == .succeeded)
        book.begin(handled: 3)
        book.fail(message: "full")
        #expect(book.progress(of: 3)?.message == "full")
        book.finish(.succeeded, message: nil)
        #expect(book.progress(of: 3)?.result == .failed)
    }
}
