import Model

/// Who caused a drift, on one line.
enum ActorText {
    static func text(_ actor: DriftActor) -> String {
        if let reason = actor.unknown { return "unknown: \(reason)".onOneLine }
        var parts: [String] = []
        if let comm = actor.comm { parts.append(comm) }
        if let pid = actor.pid { parts.append("pid \(pid)") }
        if let exe = actor.exe { parts.append(exe) }
        if let uid = actor.uid { parts.append("uid \(uid)") }
        if let login = actor.loginUID, login != actor.uid { parts.append("logged in as uid \(login)") }
        if let unit = actor.unit { parts.append("unit \(unit)") }
        if let session = actor.session { parts.append("session \(session)") }
        if let ancestors = actor.ancestors, !ancestors.isEmpty {
            parts.append("started by " + ancestors.map { "\($0.exe ?? $0.comm) (\($0.pid))" }.joined(separator: " < "))
        }
        if let confidence = actor.confidence { parts.append("(\(confidence))") }
        return parts.isEmpty ? "unknown" : parts.joined(separator: " ").onOneLine
    }
}
