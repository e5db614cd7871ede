import ControlAPI
import Synchronization

/// Remembers which tokens were revoked, as the daemon's settings do.
final class RevokedTokens: Sendable {
    private let ends = Mutex<TokenRevocations.Ends>([:])

    @Sendable func change(
        _ body: @escaping @Sendable (TokenRevocations.Ends) throws -> TokenRevocations.Ends
    ) async throws -> TokenRevocations.Ends {
        try ends.withLock { ends in
            ends = try body(ends)
            return ends
        }
    }
}
