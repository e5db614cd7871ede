import ControllerRuntime
import HostRuntime
import HostTestSupport
import Model
import Store
import Synchronization
import TestSupport
import Testing

@testable import Vishnu

/// A plan that no longer fits is made again, as a matter of course.
@Suite(.tags(.i5)) struct ReplanTests {
    private static let a = DeclaredResource.file("/etc/a", "a")
    private static let message = "info: resources changed since they were planned, planning again"

    /// A commit in force, and somebody who changes the file each time the executor looks at it, so often.
    private static func contested(_ times: Int, _ body: (LoopFixture) async throws -> Void) async throws {
        try await withLoop { loop in
            loop.host.write("/etc/a", "old")
            try await loop.commit("c1", [a], texts: ["a"])
            let left = Countdown(times)
            loop.whenObservedAgain {
                let number = left.next()
                if number >= 0 { loop.host.write("/etc/a", "changed \(number)") }
            }
            try await body(loop)
        }
    }

    @Test func `it is logged as what it is and tried again soon, then later`() async throws {
        try await Self.contested(2) { loop in
            let first = try await loop.reconciler.reconcile(.pass)
            #expect(first == .again(after: .milliseconds(50)))
            let second = try await loop.reconciler.reconcile(.pass)
            #expect(second == .again(after: .milliseconds(100)))
            _ = try await loop.reconciler.reconcile(.pass)
            #expect(loop.text("/etc/a") == "a")
            #expect(loop.log.all.filter { $0 == Self.message }.count == 2)
            #expect(!loop.log.all.contains { $0.hasPrefix("error") || $0.hasPrefix("warning") })
        }
    }

    @Test func `what asked for the pass is answered by the one that plans again`() async throws {
        try await Self.contested(1) { loop in
            let pass = try await loop.reconciler.requestPass(planHash: nil, by: "0:root")
            try await loop.objects.modify(SourceKind.self, sourceName, part: .status) { source in
                source.status.lastHandledReconcile = String(pass)
            }
            _ = try await loop.reconciler.reconcile(.pass)
            let waiting = try await loop.control { try $0.progress(of: pass) }
            #expect(!waiting.isOver)
            _ = try await loop.reconciler.reconcile(.pass)
            let answered = try await loop.control { try $0.progress(of: pass) }
            #expect(answered.isOver && answered.result == .succeeded)
        }
    }

    @Test func `a single pass plans again by itself, a few times`() async throws {
        try await Self.contested(2) { loop in
            let result = try await loop.pass()
            #expect(result == .succeeded)
            #expect(loop.text("/etc/a") == "a")
        }
        try await Self.contested(100) { loop in
            await #expect(throws: ReplanNeeded.self) { _ = try await loop.pass() }
        }
    }
}

private final class Countdown: Sendable {
    private let left: Mutex<Int>

    init(_ start: Int) { left = Mutex(start) }

    /// One less each time.
    func next() -> Int {
        left.withLock { left in
            left -= 1
            return left
        }
    }
}
