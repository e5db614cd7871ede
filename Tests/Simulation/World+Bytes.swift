import HostRuntime
import Model
import Store
import Synchronization

/// What is checked of bytes: that none are torn, and that none of others' are lost.
extension World {
    /// Looks at every file for bytes that nobody ever meant to write (I3).
    ///
    /// After a power cut, what others wrote and did not sync may be cut short: that is theirs to bear.
    func lookForTorn(afterPowerCut isCut: Bool) {
        if isViolated { return }
        for root in ["/srv", "/etc"] {
            for (path, sight) in host.sights(below: root) {
                guard case .file(let bytes) = sight.content else { continue }
                if !Self.isTemporary(path) {
                    look(at: path, bytes, isCut)
                } else if isCut {
                    noteTorn(bytes, at: path)
                }
            }
        }
        if isCut { books.withLock { $0.unsynced = [] } }
    }

    /// The daemon itself writes what lies under the name of a run.
    func notePrepared(_ place: String) { books.withLock { _ = $0.prepared.insert(place) } }

    /// Something else than what the daemon wrote there may lie under the name of a run from now on.
    func noteMoved(to name: String, beside path: String) {
        books.withLock { _ = $0.prepared.remove(Self.beside(path, name)) }
    }

    /// What others wrote and did not sync may be cut short under the name of a run too, and go back as it is.
    private func noteTorn(_ bytes: [UInt8], at path: String) {
        books.withLock { books in
            // A copy that the daemon was writing, of bytes that it keeps, is nobody's loss.
            if books.prepared.contains(path) { return }
            let isTheirs = books.unsynced.contains { Self.beside($0, "") == Self.beside(path, "") }
            guard isTheirs, books.foreign.contains(where: { $0.starts(with: bytes) }) else { return }
            books.wholes.insert(bytes)
            if !bytes.isEmpty { books.foreign.insert(bytes) }
        }
    }

    /// Looks at one path after it was changed.
    func lookForTorn(at path: String) {
        guard !Self.isTemporary(path), case .file(let bytes)? = host.sight(of: path)?.content else { return }
        look(at: path, bytes, false)
    }

    private func look(at path: String, _ bytes: [UInt8], _ isCut: Bool) {
        let (isWhole, unsynced, foreign) = books.withLock { books in
            (books.wholes.contains(bytes), books.unsynced, books.foreign)
        }
        if isWhole { return }
        let name = path.split(separator: "/").last ?? ""
        let isTheirs = unsynced.contains { $0.split(separator: "/").last == name }
        if isCut, isTheirs, foreign.contains(where: { $0.starts(with: bytes) }) {
            books.withLock { books in
                books.wholes.insert(bytes)
                if !bytes.isEmpty { books.foreign.insert(bytes) }
            }
            return
        }
        violate("I3", "'\(path)' is torn: it holds '\(String(decoding: bytes, as: UTF8.self))'")
    }

    /// Checks that what is about to be removed for good, and is others', is kept durably (I4).
    func inspectRemoval(at place: String, run name: String) throws {
        guard Self.isTemporary(place) else {
            return violate("I1", "run '\(name)' discards '\(place)', which is no name of a run's own")
        }
        let foreign = books.withLock(\.foreign)
        var lost: [(String, [UInt8])] = []
        for (path, sight) in host.sights(below: place) {
            if case .file(let bytes) = sight.content, foreign.contains(bytes) { lost.append((path, bytes)) }
        }
        guard !lost.isEmpty else { return }
        let durable = try database.durableState()
        let content = try ContentStore(durable, directory: nil)
        var kept: Set<ContentDigest> = []
        for row in try ResourceTable(durable).allRows() {
            for version in try content.versions(of: row.id) { kept.insert(version.content.digest) }
        }
        // Recovery also discards for runs that it finds settled: a temporary names its own.
        for owner in Set([name, Self.owner(of: place)].compactMap { $0 }) {
            guard let run = try? journal.run(named: owner) else { continue }
            for change in run.plan.changes {
                for version in try content.versions(of: change.resource) { kept.insert(version.content.digest) }
            }
        }
        for (path, bytes) in lost {
            let digest = ContentDigest(hashing: bytes)
            guard kept.contains(digest), let read = try? content.bytes(digest), read == bytes else {
                let text = String(decoding: bytes, as: UTF8.self)
                return violate("I4", "run '\(name)' discards '\(path)' and with it '\(text)', which is not kept")
            }
            books.withLock { _ = $0.removed.insert(digest) }
        }
    }

    /// The run that a temporary belongs to.
    private static func owner(of place: String) -> String? {
        guard let name = place.split(separator: "/").last(where: { TemporaryName.matches($0) }) else { return nil }
        return "run-" + name.dropFirst(TemporaryName.prefix.count).prefix { $0 != "-" }
    }

    /// Checks that what was removed is recoverable still.
    func checkRemoved() {
        for digest in books.withLock(\.removed).sorted(by: { $0.hex < $1.hex }) {
            do { _ = try content.bytes(digest) } catch {
                violate("I4", "bytes that were kept cannot be read any more: \(error)")
            }
        }
    }
}

extension ContentStore {
    /// All bytes of a blob.
    func bytes(_ digest: ContentDigest) throws -> [UInt8] {
        var bytes: [UInt8] = []
        // Safety: the piece is copied within the closure.
        try read(digest) { bytes += Array($0) }
        return bytes
    }
}
