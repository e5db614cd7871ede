import ArgumentParser
import Model

/// Resources as people name them: readable, escaped or percent-encoded.
enum ResourceText {
    /// Reads one; an error says what to write.
    static func parse(_ text: String) throws -> ResourceID {
        if let id = ResourceID(anyForm: text) { return id }
        do {
            return try ResourceID(parsing: text)
        } catch {
            throw ValidationError(error.message)
        }
    }

    /// The object that a pause is about: the source, a resource, or a blueprint with or without its kind.
    static func pausable(_ text: String?) throws -> ObjectKey {
        guard let text else { return ObjectKey(kind: SourceKind.descriptor.kind, name: sourceName) }
        if let id = ResourceID(anyForm: text) {
            return ObjectKey(kind: ResourceKind.descriptor.kind, name: id.name)
        }
        if text.contains(":") { _ = try parse(text) }
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return ObjectKey(kind: BlueprintKind.descriptor.kind, name: text) }
        let kind = try KindText.parse(parts[0]).kind
        guard [SourceKind.descriptor.kind, BlueprintKind.descriptor.kind].contains(kind) else {
            throw ValidationError("a \(kind.rawValue) cannot be paused; name a blueprint or a resource")
        }
        return ObjectKey(kind: kind, name: parts[1])
    }
}

extension ObjectKey {
    /// The object as messages name it.
    var shown: String { "\(KindRegistry.descriptor(of: kind)?.singular ?? kind.rawValue)/\(name)" }
}
