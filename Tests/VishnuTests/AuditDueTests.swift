import HostRuntime
import HostTestSupport
import Model
import Store
import Synchronization
import TestSupport
import Testing

@testable import Vishnu

/// The end of every run is in the audit log, also when that could not be written for a while.
@Suite struct AuditDueTests {
    private static let full = StoreError(.full, "no space is left for the audit log")

    private func ends(_ loop: LoopFixture) throws -> [String] {
        try loop.audit.newest(limit: 100) { $0.verb.hasPrefix("run.") }.reversed().map { $0.verb + " " + $0.object }
    }

    @Test(.tags(.i9), arguments: [false, true])
    func `a run whose end cannot be audited is told, and nothing begins before it is`(_ isStored: Bool) async throws {
        try await withLoop { loop in
            let failures = Mutex(2)
            let fail = { @Sendable () throws(StoreError) in
                let isDue = failures.withLock { left in
                    defer { left = max(0, left - 1) }
                    return left > 0
                }
                if isDue { throw Self.full }
            }
            loop.audit.watchWrites(
                WriteWatcher(
                    willWrite: { (_, durability) throws(StoreError) in
                        if !isStored { try fail() }
                        return durability
                    },
                    didWrite: { (_) throws(StoreError) in if isStored { try fail() } }))
            try await loop.commit("one", [.file("/etc/a", "one")], texts: ["one"])
            _ = try await loop.reconciler.reconcile(.pass)
            #expect(loop.text("/etc/a") == "one")
            // Changed and told of, though the audit log does not say so yet.
            #expect(try loop.resources.allRows().map(\.status.phase) == [.inSync])

            try await loop.commit("two", [.file("/etc/a", "two")], texts: ["two"])
            if !isStored {
                await #expect(throws: StoreError.self) { try await loop.reconciler.reconcile(.pass) }
                #expect(loop.text("/etc/a") == "one", "a run began that nothing would have told of")
            }
            _ = try await loop.reconciler.reconcile(.pass)
            #expect(loop.text("/etc/a") == "two")
            // That the second end was audited was not answered either, where it was.
            _ = try await loop.reconciler.reconcile(.pass)
            #expect(try ends(loop) == ["run.succeeded WorkflowRun/run-1", "run.succeeded WorkflowRun/run-2"])
        }
    }
}
