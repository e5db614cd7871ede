internal import Synchronization

/// The directories of which the last look spared something that is declared by way of a link.
///
/// Whether it still is cannot be seen from the directory alone, so they are looked at in full in every pass.
final class SparingDirectories: Sendable {
    private let paths = Mutex<Set<String>>([])

    func note(_ path: String, spares: Bool) {
        paths.withLock { paths in
            if spares { paths.insert(path) } else if !paths.isEmpty { paths.remove(path) }
        }
    }

    func contains(_ path: String) -> Bool { paths.withLock { $0.contains(path) } }
}
