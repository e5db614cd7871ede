internal import Model
internal import Synchronization

/// The tokens that were revoked, until they would have ended by themselves.
public final class TokenRevocations: Sendable {
    /// When each revoked token has ended in any case, in seconds since 1970, by its id.
    public typealias Ends = [String: Int64]
    /// Changes what is stored and returns it; changes come one after the other.
    public typealias Changing = @Sendable (@escaping @Sendable (Ends) throws -> Ends) async throws -> Ends

    /// So many are remembered; whoever needs more replaces the key.
    public static let limit = 1_000
    /// No token holds longer than this.
    static let secondsMaximum: Int64 = 86_400

    private let ends: Mutex<Ends>
    private let store: Changing

    /// Takes up what is stored.
    public init(_ ends: Ends, store: @escaping Changing) {
        self.ends = Mutex(ends)
        self.store = store
    }

    /// Whether a token was revoked.
    func contains(_ id: String) -> Bool { ends.withLock { $0[id] != nil } }

    /// Revokes a token from now on; returns when it can be forgotten.
    func revoke(_ id: String, now: WallTime) async throws -> WallTime {
        let time = now.nanoseconds / 1_000_000_000
        let end = time + Self.secondsMaximum
        let next = try await store { stored in
            var next = stored.filter { $0.value > time }
            guard next[id] != nil || next.count < Self.limit else {
                throw APIFailure.tooMany(
                    "\(Self.limit) tokens are revoked already; to end all tokens remove token.key in the state "
                        + "directory and restart aetheredged")
            }
            next[id] = next[id] ?? end
            return next
        }
        // Revocations at the same time: none is taken back.
        ends.withLock { $0 = next.merging($0.filter { $0.value > time }) { first, _ in first } }
        return WallTime(seconds: next[id] ?? end)
    }
}
