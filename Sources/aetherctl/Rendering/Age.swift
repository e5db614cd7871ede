import Model

/// Times as people read them.
enum Age {
    /// How long ago, or nothing.
    static func text(_ time: WallTime?, now: WallTime) -> String { time.map { now.age(since: $0) } ?? "" }

    /// The time and how long ago it was.
    static func moment(_ time: WallTime, now: WallTime) -> String {
        time > now ? "\(time) (in \(time.age(since: now)))" : "\(time) (\(now.age(since: time)) ago)"
    }
}
