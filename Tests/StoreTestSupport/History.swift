import Synchronization

/// What clients of a store did and saw, in the order in which they began and ended.
public struct History: Sendable {
    /// How a write ended.
    public enum Outcome: Sendable, Hashable {
        /// The store said that it is done, with this version.
        case acknowledged(UInt64)
        /// The store said that nothing was changed.
        case refused
        /// The store did not say.
        case unknown
    }

    /// A write of an object: its number raised by one, from what a version of it held.
    public struct Write: Sendable, Hashable {
        /// The object.
        public var name: String
        /// What it was to hold.
        public var number: Int64
        /// The version that was replaced.
        public var predecessor: UInt64
        /// When it began, on the one clock of the history.
        public var begin: Int
        /// When it ended.
        public var end: Int
        /// How it ended.
        public var outcome: Outcome
    }

    /// A read of an object.
    public struct Read: Sendable, Hashable {
        /// The object.
        public var name: String
        /// What was found.
        public var number: Int64
        /// Its version.
        public var version: UInt64
        /// When it began.
        public var begin: Int
        /// When it ended.
        public var end: Int
    }

    /// A change that a watcher saw.
    public struct Change: Sendable, Hashable {
        /// The object.
        public var name: String
        /// What it held then.
        public var number: Int64
        /// The version of the change.
        public var version: UInt64
    }

    /// What one watcher saw without a gap, from the version of a list on.
    public struct Watch: Sendable, Hashable {
        /// The version that it began after.
        public var start: UInt64
        /// What came, in order.
        public var changes: [Change]
    }

    /// Every write.
    public var writes: [Write] = []
    /// Every read.
    public var reads: [Read] = []
    /// Every uninterrupted watch.
    public var watches: [Watch] = []
    /// What each object holds at the end.
    public var final: [Change] = []

    /// Makes an empty history.
    public init() {}
}

/// Collects a history from many tasks.
public final class HistoryRecorder: Sendable {
    private struct State {
        var now = 0
        var history = History()
    }

    private let state = Mutex(State())

    /// Makes a recorder that has seen nothing.
    public init() {}

    /// The next moment of the history's clock.
    public func tick() -> Int {
        state.withLock { state in
            state.now += 1
            return state.now
        }
    }

    /// Adds what somebody did or saw.
    public func add(_ change: @Sendable (inout History) -> Void) { state.withLock { change(&$0.history) } }

    /// How many writes were acknowledged so far.
    public var acknowledgedCount: Int {
        state.withLock { state in
            state.history.writes.count { if case .acknowledged = $0.outcome { true } else { false } }
        }
    }

    /// Everything so far.
    public var history: History { state.withLock { $0.history } }
}
