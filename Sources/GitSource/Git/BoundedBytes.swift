internal import Synchronization

/// Bytes gathered up to a limit.
final class BoundedBytes: Sendable {
    private let limit: Int
    private let gathered = Mutex<[UInt8]>([])

    init(limit: Int) {
        self.limit = limit
    }

    var bytes: [UInt8] { gathered.withLock { $0 } }

    /// Adds bytes; `false` if they would go over the limit.
    func append(_ chunk: [UInt8]) -> Bool {
        gathered.withLock { gathered in
            guard gathered.count + chunk.count <= limit else { return false }
            gathered += chunk
            return true
        }
    }
}
