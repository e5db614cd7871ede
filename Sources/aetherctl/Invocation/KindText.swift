import ArgumentParser
import Model

/// Kinds as people name them: by plural, singular or short name.
enum KindText {
    /// Reads one; an error names the one that was probably meant.
    static func parse(_ text: String) throws -> KindDescriptor {
        guard let descriptor = KindRegistry.descriptor(typed: text) else {
            throw ValidationError(KindRegistry.unknownKindMessage(text))
        }
        return descriptor
    }

    /// What a shell completes.
    static let completion = CompletionKind.list(KindRegistry.descriptors.map(\.plural))
}

/// A kind and names of objects of it, in the forms `KIND`, `KIND NAME…`, `KIND/NAME` and `TYPE:NAME` of a resource.
struct ObjectSelection: Sendable {
    let descriptor: KindDescriptor
    let names: [String]

    init(kind: String, names: [String]) throws {
        if names.isEmpty, KindRegistry.descriptor(typed: kind) == nil {
            if let id = ResourceID(anyForm: kind) {
                descriptor = ResourceKind.descriptor
                self.names = [id.name]
                return
            }
            let parts = kind.split(separator: "/", maxSplits: 1).map(String.init)
            if parts.count == 2 {
                descriptor = try KindText.parse(parts[0])
                self.names = [Self.name(parts[1], of: descriptor)]
                return
            }
        }
        let descriptor = try KindText.parse(kind)
        self.descriptor = descriptor
        self.names = names.map { Self.name($0, of: descriptor) }
    }

    /// The keys of the named objects.
    var keys: [ObjectKey] { names.map { ObjectKey(kind: descriptor.kind, name: $0) } }

    /// The name of the object; a resource's in any form, a run's with or without `run-`.
    private static func name(_ text: String, of descriptor: KindDescriptor) -> String {
        switch descriptor.kind {
        case ResourceKind.descriptor.kind: ResourceID(anyForm: text)?.name ?? text
        case WorkflowRunKind.descriptor.kind, ApprovalKind.descriptor.kind: RunName.parse(text)
        default: text
        }
    }
}

/// The names of runs.
enum RunName {
    /// The name of a run that may be given by its number alone.
    static func parse(_ text: String) -> String {
        !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            ? "run-\(text)" : text
    }
}
