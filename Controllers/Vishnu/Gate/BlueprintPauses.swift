import Model

/// Which blueprints an operator paused, as far as reads and events have told.
///
/// Kept in memory because a repair asks for it and blueprints are large. Pure.
struct BlueprintPauses: Sendable {
    private struct Entry {
        var pause: Pause?
        var version: ResourceVersion
    }

    private var entries: [String: Entry] = [:]

    /// Notes a blueprint as it was at a version; what is older than what is known changes nothing.
    mutating func note(_ blueprint: Object<BlueprintKind>) {
        let version = blueprint.metadata.resourceVersion ?? ResourceVersion(0)
        let name = blueprint.metadata.name
        if let known = entries[name], known.version > version { return }
        entries[name] = Entry(pause: blueprint.status.paused, version: version)
    }

    /// Forgets a blueprint that was deleted.
    mutating func forget(_ name: String) { entries[name] = nil }

    /// The blueprints whose pause has not ended.
    func inForce(at time: WallTime) -> Set<String> {
        Set(entries.lazy.filter { $0.value.pause?.isInForce(at: time) == true }.map(\.key))
    }
}
