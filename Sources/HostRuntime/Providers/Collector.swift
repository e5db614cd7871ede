internal import Synchronization

/// Collects the results of pieces of a parallel pass.
final class Collector<Element: Sendable>: Sendable {
    private let parts = Mutex<[[Element]]>([])

    func append(_ part: [Element]) {
        if part.isEmpty { return }
        parts.withLock { $0.append(part) }
    }

    var all: [Element] { parts.withLock { Array($0.joined()) } }
}
