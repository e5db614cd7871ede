import Model

/// A drift of so many resources that one run does not repair it, and who did most of it.
struct DriftFlood: Sendable {
    /// So many resources are repaired in one run: what it holds in memory and what it undoes when it fails is bounded.
    static let runMaximum = 1_000

    /// How many resources drifted.
    let count: Int
    /// The changes of one run after the other, in the order of the plan.
    let parts: [[Change]]
    /// Who did more of it than anybody else; without a process where there were several.
    let culprit: DriftActor?

    /// Makes a flood; nil where one run is enough.
    init?(_ changes: [Change], hints: [ResourceID: HintBuffer.Hint], runMaximum: Int = Self.runMaximum) {
        guard changes.count > runMaximum else { return nil }
        count = changes.count
        parts = stride(from: 0, to: changes.count, by: runMaximum).map { start in
            Array(changes[start..<min(start + runMaximum, changes.count)])
        }
        var authors: [Opponent: (count: Int, actor: DriftActor)] = [:]
        for change in changes {
            guard let actor = hints[change.resource]?.actor else { continue }
            var author = authors[Opponent(actor)] ?? (0, actor)
            author.count += 1
            if author.actor.pid != actor.pid { author.actor.pid = nil }
            authors[Opponent(actor)] = author
        }
        culprit = authors.values.max { ($0.count, $1.actor.blame) < ($1.count, $0.actor.blame) }?.actor
    }
}
