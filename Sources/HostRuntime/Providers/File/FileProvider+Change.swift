public import Model

extension FileProvider {
    /// The file with its declared bytes and metadata.
    public static func expected(
        from observation: Observation, to declared: DeclaredResource, context: PlanContext
    ) throws(HostError) -> Observation {
        guard case .file(let file) = declared.attributes else { return observation }
        if file.isAbsent { return .absent }
        let metadata = try context.accounts.metadata(
            owner: file.owner, group: file.group, mode: file.mode, of: declared.id)
        return .file(metadata: metadata, content: file.content)
    }

    /// The change that makes, rewrites or removes the file.
    public static func change(
        from observation: Observation, to declared: DeclaredResource, context: PlanContext
    ) throws(HostError) -> Change? {
        guard case .file(let file) = declared.attributes else { return nil }
        let after = try expected(from: observation, to: declared, context: context)
        guard after != observation else { return nil }
        let draft = ChangeDraft(declared, from: observation, to: after, context: context)
        if file.isAbsent { return try draft.removal() }
        guard case .file(let metadata, _) = after else { return nil }
        let path = declared.id.identity
        switch observation {
        case .absent:
            guard let content = file.content else {
                throw HostError(
                    .notFound,
                    "cannot make '\(path)': its blueprint declares no content; add content, source or template, "
                        + "or make the file"
                )
            }
            return draft.change(
                .create, risk: .low,
                [.writeFile(path: path, content: content, metadata: metadata)])
        case .file(let observed, let bytes):
            if let content = file.content, content != bytes {
                return draft.change(
                    .update, risk: .medium,
                    [.writeFile(path: path, content: content, metadata: metadata)])
            }
            return draft.change(
                .update, risk: .low, [.setMetadata(path: path, metadata: observed.difference(to: metadata))])
        case .directory, .symlink, .special, .unit:
            try draft.requireReplaceable(by: "a file")
            guard let content = file.content else {
                throw HostError(
                    .wrongType,
                    "cannot set the metadata of '\(path)': it is \(observation.typeName), not a file; declare "
                        + "its content to "
                        + "replace it, or declare it as what it is")
            }
            return draft.change(
                .replace, risk: .high, undo: draft.undoOfReplacement,
                [.writeFile(path: path, content: content, metadata: metadata)])
        }
    }
}
