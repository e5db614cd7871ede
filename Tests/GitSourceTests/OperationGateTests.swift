import Synchronization
import Testing

@testable import GitSource

/// Counts who is inside at once.
private final class Occupancy: Sendable {
    private let counts = Mutex((now: 0, most: 0, all: 0))

    var most: Int { counts.withLock { $0.most } }
    var all: Int { counts.withLock { $0.all } }

    func enter() {
        counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1), $0.all + 1) }
    }

    func leave() {
        counts.withLock { $0.now -= 1 }
    }
}

@Suite(.timeLimit(.minutes(10))) struct OperationGateTests {
    @Test func `one operation at a time goes through`() async throws {
        let gate = OperationGate()
        let inside = Occupancy()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try await gate.run(activity: "count") { () async throws(GitSourceError) in
                        inside.enter()
                        await Task.yield()
                        inside.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(inside.most == 1)
        #expect(inside.all == 50)
    }

    @Test func `a cancelled operation leaves the queue, and one beyond the queue is refused`() async throws {
        let gate = OperationGate(waitingMaximum: 1)
        let (entered, enter) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let (released, release) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await gate.run(activity: "hold") { () async throws(GitSourceError) in
                    enter.yield()
                    for await _ in released { break }
                }
            }
            for await _ in entered { break }
            let code = try await withThrowingTaskGroup(of: GitSourceError.Code?.self) { waiters in
                waiters.addTask { try await failure { try await gate.run(activity: "wait") {} }?.code }
                waiters.cancelAll()
                return try await waiters.next() ?? nil
            }
            #expect(code == .cancelled)
            let full = OperationGate(waitingMaximum: 0)
            let refused = try await failure {
                try await full.run(activity: "outer") { () async throws(GitSourceError) in
                    try await full.run(activity: "inner") {}
                }
            }
            #expect(refused?.code == .busy)
            release.yield()
            try await group.waitForAll()
        }
        try await gate.run(activity: "after") {}
    }
}
