import Synchronization

/// The directories that were looked through for temporaries of lost runs since the daemon started; at most as many as
/// hold managed paths.
final class SweptDirectories: Sendable {
    private struct State {
        var swept: Set<String> = []
        /// Those in which something had to stay.
        var left: Set<String> = []
    }

    private let state = Mutex(State())

    /// Those that were not looked through yet; from now on they count as if they were.
    func claim(_ wanted: Set<String>) -> [String] {
        state.withLock { state in
            let fresh = wanted.subtracting(state.swept)
            state.swept.formUnion(fresh)
            state.left.subtract(fresh)
            return fresh.sorted()
        }
    }

    /// One in which something had to stay: the next run there looks through it again, or who takes what is left.
    func release(_ directory: String) {
        state.withLock { state in
            state.swept.remove(directory)
            state.left.insert(directory)
        }
    }

    /// Those in which something had to stay; from now on they count as if they were looked through.
    func takeLeft() -> [String] {
        state.withLock { state in
            defer { state.left = [] }
            state.swept.formUnion(state.left)
            return state.left.sorted()
        }
    }
}
