import Synchronization

/// A mark that is set and cleared from any thread.
final class Once: Sendable {
    private let isSet = Mutex(false)

    /// Sets the mark.
    func set() { isSet.withLock { $0 = true } }

    /// Clears the mark and answers whether it was set.
    func clear() -> Bool {
        isSet.withLock { isSet in
            defer { isSet = false }
            return isSet
        }
    }
}
