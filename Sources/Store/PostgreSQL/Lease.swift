public import Model

/// The right to act for a fleet in one matter, until another takes it.
public struct Lease: Sendable, Hashable {
    /// What it is about.
    public let name: String
    /// Who has it; no two candidates have the same name.
    public let holder: String
    /// Raised whenever the lease changes hands: writes carry it, and those of an older epoch are refused.
    public let epoch: Int64
}

/// A lease as the database has it.
public struct LeaseRecord: Sendable, Hashable {
    /// Who has it; empty when it was given back.
    public let holder: String
    /// The epoch of the holder.
    public let epoch: Int64
    /// When it was renewed last, by the database's clock.
    public let renewed: WallTime
    /// When it ends unless it is renewed, by the database's clock.
    public let expires: WallTime
}

/// How a request for a lease is answered.
public enum LeaseAnswer: Sendable, Hashable {
    case acquired(Lease)
    case held(LeaseRecord)
}
