public import Logging
import Model
public import ServiceLifecycle
public import Store

/// Runs a body on one of several hosts: on the one that has a lease in the fleet's database.
///
/// The body is given a store whose writes carry the lease's epoch, and is cancelled when the lease cannot be renewed in
/// time. Should it go on regardless, or be stopped for long and wake up, its writes throw `.fenced`.
public struct LeaderElection<Time: Clock>: Service where Time.Duration == Duration {
    /// What the leader does; it ends when it is cancelled.
    public typealias Body = @Sendable (FencedObjectStore) async throws -> Void

    private enum End: Sendable {
        /// The body came to an end by itself.
        case finished
        /// The lease is, or may be, another's.
        case lost
    }

    private let store: PostgreSQLObjectStore
    private let name: String
    private let holder: String
    private let timing: LeaderElectionTiming
    private let clock: Time
    private let start: Time.Instant
    private let logger: Logger
    private let body: Body

    /// Makes a candidate for the lease `name`; nothing happens until it runs.
    ///
    /// No two candidates have the same `holder`: a host's name and something random. The clock goes on while the
    /// machine sleeps, or the leader notices too late that it is none.
    public init(
        store: PostgreSQLObjectStore, name: String, holder: String,
        timing: LeaderElectionTiming = LeaderElectionTiming(), clock: Time, logger: Logger, body: @escaping Body
    ) {
        self.store = store
        self.name = name
        self.holder = holder
        self.timing = timing
        self.clock = clock
        start = clock.now
        self.logger = logger
        self.body = body
    }

    /// Stands for election, leads, and stands again after a loss, until shutdown or the body's end.
    public func run() async throws {
        while true {
            guard let tenure = try await cancelledAtShutdown({ try await elected() }) else { return }
            logger.notice("leading", metadata: [LogKey.lease: "\(name)", LogKey.epoch: "\(tenure.lease.epoch)"])
            let end: End?
            do { end = try await cancelledAtShutdown { try await lead(tenure) } } catch {
                await release(tenure.lease)
                throw error
            }
            if end != .lost { await release(tenure.lease) }
            logger.notice("not leading any more", metadata: [LogKey.lease: "\(name)"])
            if end != .lost { return }
        }
    }

    private var now: Duration { start.duration(to: clock.now) }

    /// What a body returns; nil when the shutdown came first.
    private func cancelledAtShutdown<Result: Sendable>(
        _ body: @Sendable @escaping () async throws -> Result
    ) async throws -> Result? {
        let outcome: Swift.Result<Result, any Error> = await cancelWhenGracefulShutdown {
            do { return .success(try await body()) } catch { return .failure(error) }
        }
        switch outcome {
        case .success(let result): return result
        case .failure(let error):
            if error is CancellationError, !Task.isCancelled { return nil }
            throw error
        }
    }

    /// Asks for the lease until it is ours.
    private func elected() async throws -> Tenure {
        var candidate = CandidateState(leaseDuration: timing.leaseDuration)
        while true {
            let asked = now
            do {
                let answer = try await store.leases.acquire(
                    name, holder: holder, for: timing.leaseDuration, over: candidate.silent(at: asked))
                switch answer {
                case .acquired(let lease):
                    return Tenure(lease, leaseDuration: timing.leaseDuration, askedAt: asked)
                case .held(let record): candidate.see(record, at: now)
                }
            } catch let error as StoreError {
                logger.debug("cannot stand for election", metadata: [LogKey.cause: "\(error)"])
            }
            try await clock.sleep(for: timing.retryInterval)
        }
    }

    private func lead(_ tenure: Tenure) async throws -> End {
        try await withThrowingTaskGroup(of: End.self) { group in
            group.addTask {
                try await body(store.fenced(by: tenure.lease))
                return .finished
            }
            group.addTask { try await renew(tenure) }
            group.addTask { try await watch(tenure) }
            defer { group.cancelAll() }
            guard let end = try await group.next() else { return .lost }
            group.cancelAll()
            // The body's end is waited for, and what it throws as it is cancelled is of no interest.
            while let rest = await group.nextResult() { _ = rest }
            return end
        }
    }

    /// Renews the lease until it is another's.
    private func renew(_ tenure: Tenure) async throws -> End {
        while true {
            try await clock.sleep(for: timing.renewInterval)
            let asked = now
            do {
                guard try await store.leases.renew(tenure.lease, for: timing.leaseDuration) else { return .lost }
                tenure.renewed(askedAt: asked)
            } catch let error as StoreError {
                logger.warning(
                    "cannot renew the lease, trying again",
                    metadata: [LogKey.lease: "\(name)", LogKey.cause: "\(error)"])
            }
        }
    }

    /// Waits for the end of the tenure, which every renewal puts off.
    private func watch(_ tenure: Tenure) async throws -> End {
        while true {
            let left = tenure.end - now
            if left <= .zero { return .lost }
            try await clock.sleep(for: left)
        }
    }

    private func release(_ lease: Lease) async {
        do { try await store.leases.release(lease) } catch {
            logger.debug("cannot give the lease back; it ends by itself", metadata: [LogKey.cause: "\(error)"])
        }
    }
}
