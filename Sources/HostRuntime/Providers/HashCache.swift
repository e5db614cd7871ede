public import LinuxIO
public import Model
internal import Store
internal import Synchronization

/// Digests of files by device, inode, size, modification and change time, so that a file that did not change is not
/// read again.
///
/// An entry younger than a clock tick when it was read is never kept: a writer within the same tick would leave all of
/// the key as it is. Bounded: above the capacity the entries that were used least recently are forgotten.
public final class HashCache: Sendable {
    /// Entries in two generations: what is used moves to the young one, and a full young one becomes the old one.
    private struct State {
        var young: [Fingerprint: ContentDigest] = [:]
        var old: [Fingerprint: ContentDigest] = [:]
    }

    private let capacity: Int
    private let seed: UInt64
    private let state = Mutex(State())

    /// Makes an empty cache.
    public init(capacity: Int = 262_144, seed: UInt64 = UInt64.random(in: .min ... .max)) {
        precondition(capacity >= 2, "a cache has room for two generations")
        self.capacity = capacity
        self.seed = seed
    }

    /// The digest and size of a regular file.
    ///
    /// Blocks when the file has to be read. `status` is what a pass just saw there.
    public func content(
        of path: String, status: FileStatus, on host: some HostReading
    ) throws(HostError) -> DeclaredContent {
        let key = Fingerprint(content: FileIdentity(status), seed: seed)
        if let digest = find(key) { return DeclaredContent(digest: digest, size: status.size) }
        let time = host.wallTime()
        let (digest, identity) = try host.digest(of: path)
        if Self.isSettled(identity, at: time) {
            insert(Fingerprint(content: identity, seed: seed), digest)
        }
        return DeclaredContent(digest: digest, size: identity.size)
    }

    /// How many digests are kept.
    public var count: Int { state.withLock { $0.young.count + $0.old.count } }

    /// Whether a change after the given time would show in the identity: clock ticks are 10 ms at most, and a file
    /// system that keeps whole seconds only keeps two at most.
    static func isSettled(_ identity: FileIdentity, at time: WallTime) -> Bool {
        let second: Int64 = 1_000_000_000
        let isCoarse = identity.changed % second == 0
        let tick: Int64 = isCoarse ? 2 * second : 20_000_000
        let newest = identity.changed
        return newest <= time.nanoseconds - tick
    }

    private func find(_ key: Fingerprint) -> ContentDigest? {
        state.withLock { state in
            if let digest = state.young[key] { return digest }
            guard let digest = state.old.removeValue(forKey: key) else { return nil }
            Self.insert(key, digest, into: &state, capacity: capacity)
            return digest
        }
    }

    private func insert(_ key: Fingerprint, _ digest: ContentDigest) {
        state.withLock { Self.insert(key, digest, into: &$0, capacity: capacity) }
    }

    private static func insert(_ key: Fingerprint, _ digest: ContentDigest, into state: inout State, capacity: Int) {
        if state.young.count >= capacity / 2 {
            state.old = state.young
            state.young = [:]
        }
        state.young[key] = digest
    }
}
