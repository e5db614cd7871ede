import Synchronization

/// What happened, line by line: as a digest that two runs of one script share, and on demand as text.
final class Tape: Sendable {
    private struct State {
        /// FNV-1a over all lines.
        var digest: UInt64 = 0xcbf2_9ce4_8422_2325
        var lines: [String] = []
    }

    private let keepsLines: Bool
    private let state = Mutex(State())

    init(keepsLines: Bool) { self.keepsLines = keepsLines }

    var digest: UInt64 { state.withLock(\.digest) }
    var lines: [String] { state.withLock(\.lines) }

    func note(_ parts: String...) {
        state.withLock { state in
            for part in parts {
                for byte in part.utf8 { state.digest = (state.digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
                state.digest = (state.digest ^ 0x20) &* 0x100_0000_01b3
            }
            if keepsLines { state.lines.append(parts.joined(separator: " ")) }
        }
    }
}
