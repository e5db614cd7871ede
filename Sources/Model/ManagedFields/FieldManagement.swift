/// Keeps account of who set which fields of an object, and applies what a manager wants without touching what others
/// set.
///
/// The rules are those of server-side apply of Kubernetes: a manager that applies owns what it applied, and what it
/// no longer applies goes unless somebody else owns it too; a change of a field that another manager owns is a
/// conflict, except by force; a write takes over what it changes.
public struct FieldManagement: Sendable {
    /// So many managers that write are told apart; those that wrote longest ago become one.
    public static let updateManagersMaximum = 10
    private static let ancientName = "ancient-changes"
    /// The members of metadata that managers are told apart in; the rest is the server's.
    private static let trackedMetadata: Set<String> = ["labels", "annotations", "finalizers", "ownerReferences"]

    private let manager: FieldOwner
    private let time: WallTime?

    /// Keeps account of the changes of a manager at a time; nil leaves the time to the store.
    public init(_ manager: FieldOwner, at time: WallTime?) {
        self.manager = manager
        self.time = time.map { WallTime(seconds: $0.nanoseconds / 1_000_000_000) }
    }

    /// The managers of an object after a write; `stored` is what it was, nil when the write made it.
    public func entries(
        after object: APIObject, replacing stored: APIObject?, entries: [ManagedFieldsEntry]
    ) throws(ModelError) -> [ManagedFieldsEntry] {
        let shape = MergeShape(object.kind)
        let comparison = FieldComparison(
            try stored.map { stored throws(ModelError) in try tracked(stored) } ?? tracked(.object([:])),
            try tracked(object), shape)
        let lost = comparison.changed.union(comparison.removed)
        if lost.isEmpty { return entries }
        var result: [ManagedFieldsEntry] = []
        var mine: ManagedFieldsEntry?
        for entry in entries {
            if entry.owner == manager { mine = entry } else { result += kept(entry, without: lost) }
        }
        let fields = (mine?.fields ?? FieldSet()).subtracting(comparison.removed).union(comparison.changed)
        if !fields.isEmpty { result.append(renewed(mine, fields)) }
        return Self.bounded(result)
    }

    /// The managers of an object after one declared whole members of it, whatever they hold.
    public func entries(declaring fields: FieldSet, entries: [ManagedFieldsEntry]) -> [ManagedFieldsEntry] {
        let mine = entries.first { $0.owner == manager }
        let others = entries.filter { $0.owner != manager }.flatMap { kept($0, without: fields) }
        return Self.bounded(others + (fields.isEmpty ? [] : [renewed(mine, fields)]))
    }

    /// What a manager applies, laid over what is stored.
    ///
    /// Throws `FieldConflicts` where it would change what others own, unless forced.
    public func applying(
        _ wanted: JSONValue, to stored: APIObject, force: Bool
    ) throws -> (json: JSONValue, entries: [ManagedFieldsEntry]) {
        let shape = MergeShape(stored.kind)
        let config = tracked(wanted)
        let before = try stored.json
        let entries = stored.metadata.managedFields ?? []
        let mine = entries.first { $0.owner == manager }
        let others = entries.filter { $0.owner != manager }
        let fields = FieldSet(appliedBy: config, shape)
        var after = before.applying(config, shape)
        let dropped = (mine?.fields ?? FieldSet()).subtracting(fields)
        let owned = others.reduce(fields) { $0.union($1.fields) }
        after = after.pruning(dropped, keeping: owned, shape)
        let comparison = FieldComparison(tracked(before), tracked(after), shape)
        let changed = comparison.changed
        if !force {
            let conflicts = others.flatMap { other in
                other.fields.intersection(changed).paths.map { FieldConflicts.Conflict(owner: other, path: $0) }
            }
            guard conflicts.isEmpty else { throw FieldConflicts(conflicts: conflicts) }
        }
        let lost = changed.union(comparison.removed)
        var result = others.flatMap { kept($0, without: lost) }
        if !fields.isEmpty { result.append(renewed(mine, fields)) }
        return (after, Self.bounded(result))
    }

    /// The managers that a client sent along with a write, or those that are stored where it sent none.
    public static func entries(
        sent: [ManagedFieldsEntry]?, stored: [ManagedFieldsEntry]?
    ) -> [ManagedFieldsEntry] {
        guard let sent, !sent.isEmpty else { return stored ?? [] }
        return sent.count == 1 && sent[0].isBlank ? [] : sent
    }

    /// An entry without fields; none when nothing is left of it.
    private func kept(_ entry: ManagedFieldsEntry, without lost: FieldSet) -> [ManagedFieldsEntry] {
        let fields = entry.fields
        let left = fields.subtracting(lost)
        if left == fields { return [entry] }
        return left.isEmpty ? [] : [ManagedFieldsEntry(entry.owner, fields: left, time: entry.time)]
    }

    /// The manager's entry; its time moves only when its fields do.
    private func renewed(_ entry: ManagedFieldsEntry?, _ fields: FieldSet) -> ManagedFieldsEntry {
        if let entry, entry.fields == fields, manager.operation == .apply { return entry }
        return ManagedFieldsEntry(manager, fields: fields, time: time)
    }

    /// What managers are told apart in, of an object; a status alone needs no JSON form of the rest.
    private func tracked(_ object: APIObject) throws(ModelError) -> JSONValue {
        guard manager.subresource == "status" else { return tracked(try object.json) }
        guard case .object = object.status else { return .object(["status": .object([:])]) }
        return .object(["status": object.status])
    }

    /// What managers are told apart in, of an object's JSON form.
    private func tracked(_ json: JSONValue) -> JSONValue {
        guard case .object(var members) = json else { return .object([:]) }
        members["apiVersion"] = nil
        members["kind"] = nil
        if manager.subresource == "status" {
            return .object(["status": members["status"] ?? .object([:])])
        }
        members["status"] = nil
        members["spec"] = members["spec"] ?? .object([:])
        let metadata = (members["metadata"]?.objectValue ?? [:]).filter { Self.trackedMetadata.contains($0.key) }
        members["metadata"] = .object(metadata)
        return .object(members)
    }

    private static func bounded(_ entries: [ManagedFieldsEntry]) -> [ManagedFieldsEntry] {
        let sorted = entries.sorted {
            ($0.operation.rawValue, $0.time ?? WallTime(seconds: 0), $0.manager, $0.subresource ?? "")
                < ($1.operation.rawValue, $1.time ?? WallTime(seconds: 0), $1.manager, $1.subresource ?? "")
        }
        let updates = sorted.filter { $0.operation == .update }
        guard updates.count > updateManagersMaximum else { return sorted }
        let old = updates.prefix(updates.count - updateManagersMaximum + 1)
        let merged = old.reduce(FieldSet()) { $0.union($1.fields) }
        let ancient = ManagedFieldsEntry(
            FieldOwner(name: ancientName, operation: .update), fields: merged, time: old.last?.time)
        return sorted.filter { $0.operation == .apply } + [ancient] + updates.dropFirst(old.count)
    }
}

/// What a manager would change although others own it.
public struct FieldConflicts: Error, Sendable {
    /// One field of another manager.
    public struct Conflict: Sendable {
        /// Who owns the field.
        public let owner: ManagedFieldsEntry
        /// The field.
        public let path: [FieldElement]

        /// The field as messages show it.
        public var field: String { path.map(\.shown).joined() }

        /// What a person reads of the owner.
        public var message: String {
            var text = "conflict with \"\(owner.manager)\""
            if let subresource = owner.subresource { text += " with subresource \"\(subresource)\"" }
            guard owner.operation == .update else { return text }
            text += " using \(owner.apiVersion)"
            return owner.time.map { text + " at \($0)" } ?? text
        }
    }

    /// Every conflict, in order.
    public let conflicts: [Conflict]
}
