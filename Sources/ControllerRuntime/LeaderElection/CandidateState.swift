import Store

/// What a candidate has seen of the leader.
struct CandidateState {
    private let leaseDuration: Duration
    private var seen: (record: LeaseRecord, since: Duration)?

    init(leaseDuration: Duration) { self.leaseDuration = leaseDuration }

    /// Notes who has the lease at a time of the candidate's own clock.
    mutating func see(_ record: LeaseRecord, at now: Duration) {
        if seen?.record != record { seen = (record, now) }
    }

    /// The leader's record, once it has not changed for the whole time of a lease.
    func silent(at now: Duration) -> LeaseRecord? {
        guard let seen, now - seen.since >= leaseDuration else { return nil }
        return seen.record
    }
}
