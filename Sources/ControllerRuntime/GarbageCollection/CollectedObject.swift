public import Model

/// An object that the garbage collector is about to delete, and why.
public struct CollectedObject: Sendable, Hashable {
    /// One of the owners that it names.
    public struct Owner: Sendable, Hashable {
        /// The owner as `Kind/name`.
        public let object: String
        /// Which object of that name.
        public let uid: String
        /// Whether it is gone; otherwise its deletion waits for what it owns.
        public let isGone: Bool

        init(_ reference: OwnerReference, isGone: Bool) {
            object = "\(reference.kind)/\(reference.name)"
            uid = reference.uid
            self.isGone = isGone
        }
    }

    /// The object.
    public let key: ObjectKey
    /// Which object of that name.
    public let uid: String
    /// Its owners, all of them gone or about to go.
    public let owners: [Owner]

    /// What the audit log keeps of the reason.
    public var details: JSONValue {
        let owners = owners.map { owner -> JSONValue in
            [
                "object": .string(owner.object), "uid": .string(owner.uid),
                "state": owner.isGone ? "gone" : "deletingInForeground",
            ]
        }
        return ["uid": .string(uid), "owners": .array(owners)]
    }
}
