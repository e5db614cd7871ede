import Model

/// Which content a record refers to, so that it is kept for as long as the record needs it.
enum ContentReferences {
    /// The content that steps need: to be applied, and to be undone.
    static func of(_ steps: [StepRecord]) -> Set<ContentDigest> {
        var digests: Set<ContentDigest> = []
        for step in steps {
            collect(step.operation, into: &digests)
            collect(step.undo.before, into: &digests)
        }
        return digests
    }

    /// The content that a plan's operations write.
    static func of(_ plan: Plan) -> Set<ContentDigest> {
        var digests: Set<ContentDigest> = []
        for change in plan.changes {
            for operation in change.operations { collect(operation, into: &digests) }
        }
        return digests
    }

    /// The content that resources declare.
    static func of(_ resources: [DeclaredResource]) -> Set<ContentDigest> {
        var digests: Set<ContentDigest> = []
        for resource in resources {
            switch resource.attributes {
            case .file(let file):
                if let content = file.content { digests.insert(content.digest) }
            case .unit(let unit):
                if let content = unit.content { digests.insert(content.digest) }
                for content in unit.dropIns.values { digests.insert(content.digest) }
            case .directory, .symlink:
                break
            }
        }
        return digests
    }

    /// The content that a state holds.
    static func of(_ state: StateBefore) -> Set<ContentDigest> {
        var digests: Set<ContentDigest> = []
        collect(state, into: &digests)
        return digests
    }

    private static func collect(_ operation: Operation, into digests: inout Set<ContentDigest>) {
        switch operation {
        case .writeFile(_, let content, _):
            digests.insert(content.digest)
        case .setMetadata, .remove, .makeDirectory, .makeSymlink, .unit, .reloadUnitFiles:
            break
        }
    }

    private static func collect(_ state: StateBefore, into digests: inout Set<ContentDigest>) {
        switch state {
        case .file(let file):
            digests.insert(file.content.digest)
        case .directory(_, _, let entries):
            for entry in entries { collect(entry.state, into: &digests) }
        case .unit(let unit):
            for file in unit.files ?? [] { collect(file.state, into: &digests) }
        case .absent, .symlink, .special, .metadata, .none:
            break
        }
    }
}
