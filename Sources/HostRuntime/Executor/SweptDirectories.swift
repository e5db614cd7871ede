import Synchronization

/// The directories that were looked through for temporaries of lost runs since the daemon started; at most as many as
/// hold managed paths.
final class SweptDirectories: Sendable {
    private let directories = Mutex<Set<String>>([])

    /// Those that were not looked through yet; from now on they count as if they were.
    func claim(_ wanted: Set<String>) -> [String] {
        directories.withLock { swept in
            let fresh = wanted.subtracting(swept)
            swept.formUnion(fresh)
            return fresh.sorted()
        }
    }

    /// One in which something had to stay: the next run there looks through it again.
    func release(_ directory: String) {
        directories.withLock { _ = $0.remove(directory) }
    }
}
