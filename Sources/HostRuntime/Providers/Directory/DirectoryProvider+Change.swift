public import Model

extension DirectoryProvider {
    /// The directory with its declared metadata, nothing stray in it, and nothing below that differs.
    public static func expected(
        from observation: Observation, to declared: DeclaredResource, context: PlanContext
    ) throws(HostError) -> Observation {
        guard case .directory(let directory) = declared.attributes else { return observation }
        if directory.isAbsent { return .absent }
        let metadata = try context.accounts.metadata(
            owner: directory.owner, group: directory.group, mode: directory.mode, of: declared.id)
        return .directory(metadata: metadata, strays: [], mismatches: [:])
    }

    /// The change that makes, corrects, purges or removes the directory.
    public static func change(
        from observation: Observation, to declared: DeclaredResource, context: PlanContext
    ) throws(HostError) -> Change? {
        guard case .directory(let directory) = declared.attributes else { return nil }
        let after = try expected(from: observation, to: declared, context: context)
        guard after != observation else { return nil }
        let draft = ChangeDraft(declared, from: observation, to: after, context: context)
        if directory.isAbsent { return try removal(draft, observation, purges: directory.purge) }
        guard case .directory(let metadata, _, _) = after else { return nil }
        let path = declared.id.identity
        switch observation {
        case .absent:
            return draft.change(.create, risk: .low, [.makeDirectory(path: path, metadata: metadata)])
        case .directory(let observed, let strays, let mismatches):
            return correction(draft, path, observed.difference(to: metadata), strays, mismatches)
        case .symlink(let target, _):
            throw HostError(
                .wrongType,
                "cannot make the directory '\(path)': a symbolic link to '\(target)' is there; declare the "
                    + "directory that it "
                    + "leads to, or remove the link")
        case .file, .special, .unit:
            return draft.change(
                .replace, risk: .high, undo: draft.undoOfReplacement,
                [.remove(path: path), .makeDirectory(path: path, metadata: metadata)])
        }
    }

    /// Metadata of the directory, then below it from the top, then the strays.
    private static func correction(
        _ draft: ChangeDraft, _ path: String, _ difference: FileMetadata, _ strays: [String],
        _ mismatches: [String: MetadataMismatch]
    ) -> Change {
        var operations: [Operation] = []
        if !difference.isEmpty { operations.append(.setMetadata(path: path, metadata: difference)) }
        for below in mismatches.keys.sorted() {
            guard let mismatch = mismatches[below] else { continue }
            operations.append(.setMetadata(path: below, metadata: mismatch.wanted))
        }
        for stray in strays { operations.append(.remove(path: path + "/" + stray)) }
        return draft.change(.update, risk: strays.isEmpty ? .low : .high, operations)
    }

    private static func removal(
        _ draft: ChangeDraft, _ observation: Observation, purges: Bool
    ) throws(HostError) -> Change {
        let path = draft.declared.id.identity
        guard case .directory(_, let entries, _) = observation else {
            throw HostError(
                .wrongType,
                "cannot remove the directory '\(path)': \(observation.typeName) is there; declare it as what it is")
        }
        if let first = entries.first, !purges {
            let others = entries.count > 1 ? " and \(entries.count - 1) more" : ""
            throw HostError(
                .notEmpty,
                "cannot remove the directory '\(path)': it holds '\(first)'\(others); set 'purge: true' to "
                    + "remove what is in it "
                    + "too (the bytes are kept), or move it away")
        }
        return draft.change(.remove, risk: .high, [.remove(path: path)])
    }
}
