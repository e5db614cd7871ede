import Model

/// Who undoes repairs: a program rather than a process, as a loop has a new process each time.
///
/// Nobody known is an opponent too: all drifts whose author is not known count together.
struct Opponent: Sendable, Hashable {
    private let executable: String?
    private let unit: String?
    private let uid: UInt32?

    init(_ actor: DriftActor) {
        let isKnown = actor.unknown == nil
        executable = isKnown ? actor.exe ?? actor.comm : nil
        unit = isKnown ? actor.unit : nil
        uid = isKnown ? actor.uid : nil
    }

    /// Who it is, for people.
    var name: String {
        guard let executable else { return "somebody unknown" }
        var parts = ["'\(executable)'"]
        if let uid { parts.append("of uid \(uid)") }
        if let unit { parts.append("in \(unit)") }
        return parts.joined(separator: " ")
    }
}
