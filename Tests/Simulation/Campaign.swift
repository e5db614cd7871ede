import Synchronization

/// Plays many seeds, on two tasks that each have a world of their own.
package struct Campaign: Sendable {
    /// How a campaign ended.
    package struct Result: Sendable {
        /// How many seeds were played.
        package var seeds: Int
        /// How many calls the daemon made in all of them.
        package var calls: Int
        /// The digest of everything that happened in all of them.
        package var digest: UInt64
        /// The failing seeds with what did not hold, in their order.
        package var failures: [(seed: UInt64, violation: Violation)]
    }

    private struct Progress {
        var next: UInt64
        var played = 0
        var calls = 0
        var digest: UInt64 = 0
        var failures: [(seed: UInt64, violation: Violation)] = []
    }

    private final class Shared: Sendable {
        let progress: Mutex<Progress>

        init(first: UInt64) { progress = Mutex(Progress(next: first)) }
    }

    private let seeds: ClosedRange<UInt64>
    private let bug: PlantedBug?
    private let failureLimit: Int
    private let tasks: Int

    /// Plans a campaign that ends early once so many seeds failed.
    package init(seeds: ClosedRange<UInt64>, bug: PlantedBug? = nil, failureLimit: Int = 1, tasks: Int = 2) {
        self.seeds = seeds
        self.bug = bug
        self.failureLimit = failureLimit
        self.tasks = tasks
    }

    /// Plays the seeds; `began` and `ended` are told of each.
    package func run(
        began: @escaping @Sendable (_ task: Int, _ seed: UInt64) -> Void = { _, _ in },
        ended: @escaping @Sendable (_ played: Int) -> Void = { _ in }
    ) async throws -> Result {
        let shared = Shared(first: seeds.lowerBound)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask { try await work(task, shared, began, ended) }
            }
            try await group.waitForAll()
        }
        return shared.progress.withLock { progress in
            Result(
                seeds: progress.played, calls: progress.calls, digest: progress.digest,
                failures: progress.failures.sorted { $0.seed < $1.seed })
        }
    }

    private func work(
        _ task: Int, _ shared: Shared, _ began: @Sendable (Int, UInt64) -> Void,
        _ ended: @Sendable (Int) -> Void
    ) async throws {
        while let seed = next(shared) {
            began(task, seed)
            var generator = ScriptGenerator(seed: seed)
            let report = try await World.play(generator.script(), bug: bug)
            let played = shared.progress.withLock { progress in
                progress.played += 1
                progress.calls += report.calls
                // The sum does not depend on the order in which the tasks come to the seeds.
                progress.digest &+= report.digest &* (seed | 1)
                if let violation = report.violation { progress.failures.append((seed, violation)) }
                return progress.played
            }
            ended(played)
        }
    }

    private func next(_ shared: Shared) -> UInt64? {
        shared.progress.withLock { progress in
            guard progress.next <= seeds.upperBound, progress.failures.count < failureLimit else { return nil }
            defer { progress.next += 1 }
            return progress.next
        }
    }
}
