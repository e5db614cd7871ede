internal import Model
internal import Store

/// The pages of one list, which name the objects that there were when its first page was read.
///
/// A page that is read later leaves out what was made since and brings back what was deleted since, from the history
/// of the kind; an object that changed since is shown as it is now, and a watch after the list's version tells of it
/// once more. Where the history no longer reaches back, reading throws `.expired`.
struct VersionedPages: Sendable {
    let reader: any ObjectReading
    let kind: KindName

    /// The objects after a name at a version, `limit` of them at most; nil is the newest version.
    func page(limit: Int, after name: String?, at version: ResourceVersion?) async throws -> ObjectList {
        let page = try await reader.objects(of: kind, limit: limit, after: name)
        guard let version, page.version > version else { return page }
        let latest = try await reader.latestVersion(of: kind)
        guard latest > version else { return page }
        let changes = try await changes(after: version, upTo: latest)
        return Self.restored(page, limit: limit, after: name, changes)
    }

    /// Whether nothing of the kind has changed since a version.
    func isUnchanged(since version: ResourceVersion) async throws -> Bool {
        try await reader.latestVersion(of: kind) <= version
    }

    /// What happened to a name since a version.
    private struct Change {
        /// Whether the object was there at the version.
        let wasThere: Bool
        /// The object as it last was, once it is gone.
        var gone: APIObject?
    }

    private func changes(
        after version: ResourceVersion, upTo latest: ResourceVersion
    ) async throws -> [String: Change] {
        var changes: [String: Change] = [:]
        for try await event in try await reader.watch(kind, after: version) {
            let seen: ResourceVersion?
            switch event {
            case .bookmark(let version): seen = version
            case .added(let object):
                changes[object.metadata.name, default: Change(wasThere: false)].gone = nil
                seen = object.metadata.resourceVersion
            case .modified(let object):
                changes[object.metadata.name, default: Change(wasThere: true)].gone = nil
                seen = object.metadata.resourceVersion
            case .deleted(let object):
                changes[object.metadata.name, default: Change(wasThere: true)].gone = object
                seen = object.metadata.resourceVersion
            }
            if let seen, seen >= latest { break }
        }
        return changes
    }

    private static func restored(
        _ page: ObjectList, limit: Int, after name: String?, _ changes: [String: Change]
    ) -> ObjectList {
        var items = page.items.filter { changes[$0.metadata.name]?.wasThere ?? true }
        let shown = Set(items.map(\.metadata.name))
        // Names come in the order of their bytes, as the stores compare them.
        let begin = Array((name ?? "").utf8)
        let end = page.next.map { Array($0.utf8) }
        for (name, change) in changes {
            guard change.wasThere, let gone = change.gone, !shown.contains(name) else { continue }
            let bytes = Array(name.utf8)
            guard begin.lexicographicallyPrecedes(bytes) else { continue }
            if let end, end.lexicographicallyPrecedes(bytes) { continue }
            items.append(gone)
        }
        items.sort { $0.metadata.name.utf8.lexicographicallyPrecedes($1.metadata.name.utf8) }
        guard items.count > limit else { return ObjectList(items: items, version: page.version, next: page.next) }
        items.removeSubrange(limit...)
        return ObjectList(items: items, version: page.version, next: items.last?.metadata.name)
    }
}
