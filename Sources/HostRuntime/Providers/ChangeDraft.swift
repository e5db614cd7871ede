internal import LinuxIO
internal import Model

/// The parts of a change that are the same for every type: digests and the differences that people read.
struct ChangeDraft {
    let declared: DeclaredResource
    let before: Observation
    let after: Observation
    let context: PlanContext

    init(_ declared: DeclaredResource, from before: Observation, to after: Observation, context: PlanContext) {
        self.declared = declared
        self.before = before
        self.after = after
        self.context = context
    }

    /// A change with these operations.
    func change(
        _ action: ChangeAction, risk: Risk, undo: UndoKind = .exact, _ operations: [Operation]
    ) -> Change {
        Change(
            resource: declared.id, action: action, fields: fields,
            before: before.digest(for: declared), after: after.digest(for: declared),
            undo: undo, risk: risk, operations: operations)
    }

    /// The removal of what stands at the path, unless it is a directory that another type declares absent.
    func removal() throws(HostError) -> Change {
        if case .directory = before, declared.id.type != .directory {
            throw HostError(
                .wrongType,
                "cannot remove '\(declared.id)': a directory is there; declare 'directory: "
                    + "\(declared.id.identity)' absent "
                    + "instead, or remove it by hand")
        }
        return change(.remove, risk: .high, undo: undoOfReplacement, [.remove(path: declared.id.identity)])
    }

    /// Throws when what stands at the path cannot make room for the declared type: a directory with something in it.
    func requireReplaceable(by kind: String) throws(HostError) {
        guard case .directory(_, let entries, _) = before, let first = entries.first else { return }
        let others = entries.count > 1 ? " and \(entries.count - 1) more" : ""
        throw HostError(
            .wrongType,
            "cannot put \(kind) at '\(declared.id.identity)': a directory is there that holds "
                + "'\(first)'\(others); move the "
                + "directory away, or declare it as 'directory'")
    }

    /// A socket or device node that is made again is another one, and a foreign link is not made again.
    var undoOfReplacement: UndoKind {
        guard case .special(let type, _) = before else { return .exact }
        return type == .fifo ? .exact : .compensating
    }

    /// Each attribute that differs, in a fixed order.
    var fields: [FieldDifference] {
        var fields: [FieldDifference] = []
        func add(_ field: String, _ observed: String?, _ declared: String?) {
            if observed != declared {
                fields.append(FieldDifference(field: field, observed: observed, declared: declared))
            }
        }
        add("type", before.typeWord, after.typeWord)
        addContent(add)
        add("target", before.linkTarget, after.linkTarget)
        let (old, new) = (before.metadata, after.metadata)
        let isManaged = new != nil
        let isNew = before == .absent
        func value<T>(_ part: T?, _ counterpart: T?, _ text: (T) -> String) -> String? {
            // An attribute that only one side knows is not managed, unless the other side does not exist.
            counterpart == nil && isManaged && !isNew ? nil : part.map(text)
        }
        add(
            "owner", value(old?.owner, new?.owner, context.accounts.userName), new?.owner.map(context.accounts.userName)
        )
        add(
            "group", value(old?.group, new?.group, context.accounts.groupName),
            new?.group.map(context.accounts.groupName))
        add("mode", value(old?.mode, new?.mode, Self.octal), new?.mode.map(Self.octal))
        addDirectoryFields(add)
        return fields
    }

    private func addContent(_ add: (String, String?, String?) -> Void) {
        let (old, new) = (before.content, after.content)
        add("content", old.map(Self.described), new.map(Self.described))
    }

    private func addDirectoryFields(_ add: (String, String?, String?) -> Void) {
        guard case .directory(_, let strays, let mismatches) = before else { return }
        let isGone = after == .absent
        for stray in strays.prefix(Self.listedMaximum) { add("entry '\(stray)'", "present", nil) }
        if strays.count > Self.listedMaximum { add("entries", "\(strays.count) in all", nil) }
        guard !isGone, case .directory(_, _, let left) = after else { return }
        for path in mismatches.keys.sorted().prefix(Self.listedMaximum) {
            guard let mismatch = mismatches[path], left[path] == nil else { continue }
            add("metadata of '\(path)'", described(mismatch.observed), described(mismatch.wanted))
        }
        if mismatches.count > Self.listedMaximum {
            add("metadata", "\(mismatches.count) paths differ in all", nil)
        }
    }

    private func described(_ metadata: FileMetadata) -> String {
        let owner = metadata.owner.map(context.accounts.userName) ?? ""
        let group = metadata.group.map(context.accounts.groupName) ?? ""
        return [owner + (group.isEmpty ? "" : ":" + group), metadata.mode.map(Self.octal) ?? ""]
            .filter { !$0.isEmpty }.joined(separator: " ")
    }

    private static let listedMaximum = 20

    static func octal(_ mode: UInt16) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    static func described(_ content: DeclaredContent) -> String {
        "sha256:\(content.digest.hex.prefix(12)) (\(content.size) \(content.size == 1 ? "byte" : "bytes"))"
    }
}

extension Observation {
    /// The type as a field shows it; nil when nothing is there.
    var typeWord: String? {
        switch self {
        case .absent: nil
        case .file: "file"
        case .directory: "directory"
        case .symlink: "symlink"
        case .special(let type, _): type.specialWord
        case .unit: "unit"
        }
    }

    var metadata: FileMetadata? {
        switch self {
        case .absent, .unit: nil
        case .file(let metadata, _), .directory(let metadata, _, _), .symlink(_, let metadata),
            .special(_, let metadata):
            metadata
        }
    }

    var content: DeclaredContent? {
        guard case .file(_, let content) = self else { return nil }
        return content
    }

    var linkTarget: String? {
        guard case .symlink(let target, _) = self else { return nil }
        return target
    }
}
