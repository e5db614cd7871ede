import Model

/// Builders of plans for tests: only what a test is about is given.
enum Plans {
    static func id(_ path: String) -> ResourceID { ResourceID(type: .file, identity: path) }

    static func change(
        _ path: String, _ action: ChangeAction = .update, after dependencies: [String] = []
    ) -> Change {
        Change(
            resource: id(path), action: action, fields: [], before: ContentDigest(hashing: "before" + path),
            after: ContentDigest(hashing: "after" + path), undo: .exact, risk: .low,
            operations: [.remove(path: path)], dependencies: dependencies.map(id))
    }

    static func declared(
        _ path: String, blueprint: String = "base", mode: BlueprintMode = .enforce, onDrift: DriftResponse = .repair,
        isProtected: Bool = false, content: String = "x"
    ) -> DeclaredResource {
        let digest = DeclaredContent(digest: ContentDigest(hashing: content), size: Int64(content.utf8.count))
        return DeclaredResource(
            id: id(path), attributes: .file(FileAttributes(content: digest)), blueprint: blueprint, mode: mode,
            position: SourcePosition(file: "base.yaml", line: 1, column: 1), onDrift: onDrift, isProtected: isProtected)
    }
}
