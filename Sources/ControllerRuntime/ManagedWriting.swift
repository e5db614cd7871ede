public import Model
public import Store

/// Who declares the spec of an object, and some labels and annotations of it, where a controller only passes them on.
///
/// Each member of the spec is one field, however large it is.
public struct FieldDeclaration: Sendable {
    /// Who declares them.
    public let owner: FieldOwner
    private let labels: [String]
    private let annotations: [String]

    /// Names who declares the spec and labels and annotations of some names.
    public init(by owner: FieldOwner, labels: some Sequence<String>, annotations: some Sequence<String>) {
        self.owner = owner
        self.labels = Array(labels)
        self.annotations = Array(annotations)
    }

    func fields(of object: APIObject) -> FieldSet {
        var fields = FieldSet()
        for name in labels { fields.insert([.member("metadata"), .member("labels"), .member(name)]) }
        for name in annotations { fields.insert([.member("metadata"), .member("annotations"), .member(name)]) }
        for name in (object.spec.objectValue ?? [:]).keys { fields.insert([.member("spec"), .member(name)]) }
        return fields
    }
}

extension FieldOwner {
    /// What controllers are called in `managedFields`.
    public static let daemon = FieldOwner(name: "aetheredged", operation: .update)
    /// What they are called where they write a status.
    public static let daemonStatus = FieldOwner(name: "aetheredged", operation: .update, subresource: "status")
}

extension APIObject {
    /// Notes who wrote what a controller is about to write; the store adds when.
    ///
    /// With `declared` it passes on what somebody else declares: then the rest of what is no status is nobody's.
    public mutating func noteManagers(
        _ part: ObjectPart, replacing stored: APIObject?, declared: FieldDeclaration? = nil
    ) throws(ModelError) {
        var entries = stored?.metadata.managedFields ?? []
        if let declared {
            entries = FieldManagement(declared.owner, at: nil)
                .entries(declaring: declared.fields(of: self), entries: entries)
        } else if part != .status {
            entries = try FieldManagement(.daemon, at: nil).entries(after: self, replacing: stored, entries: entries)
        }
        if part != .spec {
            entries = try FieldManagement(.daemonStatus, at: nil)
                .entries(after: self, replacing: stored, entries: entries)
        }
        metadata.managedFields = entries.isEmpty ? nil : entries
    }
}
