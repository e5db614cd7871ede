public import Model

extension Observation {
    /// The digest of what plans for the declaration depend on, so that a main process or an attribute that is not
    /// managed changes nothing.
    ///
    /// What was planned still stands when the digest of a new observation is `Change.before`; what was done holds
    /// when it is `Change.after` (I5).
    public func digest(for declared: DeclaredResource) -> ContentDigest {
        switch self {
        case .absent: Self.digestOfAbsence
        case .file(let metadata, let content): ContentDigest(hashing: Self.canonicalBytes(metadata, content))
        case .directory, .symlink, .special, .unit:
            ContentDigest(hashing: canonicalForm(for: declared.attributes).canonicalBytes)
        }
    }

    /// What plans hold of a path at which nothing is.
    static let digestOfAbsence = ContentDigest(hashing: JSONValue.object(["type": "absent"]).canonicalBytes)

    /// The canonical form of a file, written down directly: it is needed for each of thousands, several times a run.
    static func canonicalBytes(_ metadata: FileMetadata, _ content: DeclaredContent?) -> [UInt8] {
        var text: [UInt8] = [UInt8(ascii: "{")]
        text.reserveCapacity(160)
        func append(_ member: String, _ value: Int64) {
            text.append(contentsOf: member.utf8)
            text.append(contentsOf: String(value).utf8)
            text.append(UInt8(ascii: ","))
        }
        if let content { text.append(contentsOf: "\"digest\":\"\(content.digest.description)\",".utf8) }
        if let group = metadata.group { append("\"group\":", Int64(group)) }
        if let mode = metadata.mode { append("\"mode\":", Int64(mode)) }
        if let owner = metadata.owner { append("\"owner\":", Int64(owner)) }
        if let content { append("\"size\":", content.size) }
        text.append(contentsOf: "\"type\":\"file\"}".utf8)
        return text
    }

    package func canonicalForm(for attributes: ResourceAttributes) -> JSONValue {
        switch self {
        case .absent: ["type": "absent"]
        case .file(let metadata, let content):
            .object(members("file", metadata).merging(Self.members(content)) { first, _ in first })
        case .directory(let metadata, let strays, let mismatches):
            .object(
                members("directory", metadata).merging([
                    "strays": .array(strays.map { .string($0) }),
                    "mismatches": .object(
                        mismatches.mapValues {
                            .array([.object(Self.members($0.observed)), .object(Self.members($0.wanted))])
                        }),
                ]) { first, _ in first })
        case .symlink(let target, let metadata):
            .object(members("symlink", metadata).merging(["target": .string(target)]) { first, _ in first })
        case .special(let type, let metadata): .object(members(type.specialWord, metadata))
        case .unit(let state, let files): Self.unitForm(state, files, attributes)
        }
    }

    private func members(_ type: String, _ metadata: FileMetadata) -> [String: JSONValue] {
        Self.members(metadata).merging(["type": .string(type)]) { first, _ in first }
    }

    private static func members(_ metadata: FileMetadata) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        if let owner = metadata.owner { members["owner"] = .integer(Int64(owner)) }
        if let group = metadata.group { members["group"] = .integer(Int64(group)) }
        if let mode = metadata.mode { members["mode"] = .integer(Int64(mode)) }
        return members
    }

    private static func members(_ content: DeclaredContent?) -> [String: JSONValue] {
        guard let content else { return [:] }
        return ["digest": .string(content.digest.description), "size": .integer(content.size)]
    }

    private static func unitForm(
        _ state: UnitObservation, _ files: UnitFiles, _ attributes: ResourceAttributes
    ) -> JSONValue {
        guard case .unit(let declared) = attributes else { return ["type": "unit"] }
        var members: [String: JSONValue] = ["type": "unit"]
        if declared.isActive != nil { members["active"] = .bool(state.isRunning) }
        if declared.isEnabled != nil { members["enabled"] = .bool(state.isEnabled) }
        if declared.isMasked != nil { members["masked"] = .bool(state.isMasked) }
        if declared.content != nil || files.content != nil {
            members["content"] = files.content.map { .object(Self.members($0)) } ?? .null
        }
        if declared.hasFiles { members["stale"] = .bool(state.needsReload) }
        members["dropIns"] = .object(files.dropIns.mapValues { .object(Self.members($0)) })
        return .object(members)
    }
}

extension UnitAttributes {
    /// Whether files of the unit are managed.
    var hasFiles: Bool { content != nil || !dropIns.isEmpty }
}
