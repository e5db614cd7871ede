import Model

extension DriftActor {
    /// Who it was, for people, without what differs from one process of a program to the next: equal events count
    /// together.
    var blame: String {
        if unknown != nil { return Self.blameless }
        var parts = ["changed by '\(exe ?? comm ?? "a process")'"]
        if let uid { parts.append("of uid \(uid)") }
        if let unit { parts.append("in \(unit)") }
        return parts.joined(separator: " ")
    }

    /// Said where nobody can be named.
    static var blameless: String { "it is not known who changed it" }

    /// How the actor is known, as metrics count it.
    var attribution: String { unknown == nil ? confidence ?? "observed" : "unknown" }
}
