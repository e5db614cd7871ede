public import Model

extension SymlinkProvider {
    /// The link with its declared target.
    public static func expected(
        from observation: Observation, to declared: DeclaredResource, context: PlanContext
    ) throws(HostError) -> Observation {
        guard case .symlink(let link) = declared.attributes else { return observation }
        guard !link.isAbsent, let target = link.target else { return .absent }
        let metadata = try context.accounts.metadata(owner: link.owner, group: link.group, mode: nil, of: declared.id)
        return .symlink(target: target, metadata: metadata)
    }

    /// The change that makes, redirects or removes the link.
    public static func change(
        from observation: Observation, to declared: DeclaredResource, context: PlanContext
    ) throws(HostError) -> Change? {
        let after = try expected(from: observation, to: declared, context: context)
        guard after != observation else { return nil }
        let draft = ChangeDraft(declared, from: observation, to: after, context: context)
        guard case .symlink(let target, let metadata) = after else { return try draft.removal() }
        let path = declared.id.identity
        let make = Operation.makeSymlink(path: path, target: target, metadata: metadata)
        switch observation {
        case .absent: return draft.change(.create, risk: .low, [make])
        case .symlink(let observed, let owner):
            if observed != target { return draft.change(.update, risk: .medium, [make]) }
            return draft.change(
                .update, risk: .low, [.setMetadata(path: path, metadata: owner.difference(to: metadata))])
        case .file, .directory, .special, .unit:
            try draft.requireReplaceable(by: "a symbolic link")
            return draft.change(.replace, risk: .high, undo: draft.undoOfReplacement, [make])
        }
    }
}
