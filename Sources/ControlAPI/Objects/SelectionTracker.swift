internal import Model

/// Turns the changes of a kind into the changes of a selection of it: an object that begins to match is added, one that
/// stops is deleted.
///
/// It remembers the name of every object that it has judged, which the kind's number of objects bounds.
struct SelectionTracker: Sendable {
    private let selection: ObjectSelection
    private let isTracking: Bool
    private var isMember: [String: Bool] = [:]

    init(_ selection: ObjectSelection) {
        self.selection = selection
        isTracking = !selection.isByNameOnly
    }

    /// Takes in an object that has not changed since the watch's first version.
    mutating func know(_ object: APIObject) {
        if isTracking { isMember[object.metadata.name] = selection.matches(object) }
    }

    /// The change of the selection; nil where there is none.
    mutating func type(of change: Change, _ object: APIObject) -> Change? {
        let matches = selection.matches(object)
        guard isTracking else { return matches ? change : nil }
        let name = object.metadata.name
        if change == .deleted {
            let wasMember = isMember.removeValue(forKey: name)
            return matches || wasMember == true ? .deleted : nil
        }
        // An object that was never judged may have been a member: to delete what a client does not know does no harm.
        let wasMember = isMember.updateValue(matches, forKey: name)
        if matches { return wasMember == false ? .added : change }
        return change == .added || wasMember == false ? nil : .deleted
    }

    /// What happened to an object.
    enum Change: String, Sendable, Hashable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }
}
