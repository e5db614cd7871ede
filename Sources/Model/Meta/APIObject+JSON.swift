extension APIObject {
    /// The object as the API shows it.
    public var json: JSONValue {
        get throws(ModelError) {
            .object([
                "apiVersion": .string(apiVersionName),
                "kind": .string(kind.rawValue),
                "metadata": try metadata.json,
                "spec": spec,
                "status": status,
            ])
        }
    }

    /// Reads an object that a client sent; throws `.invalidObject` that names the field.
    public init(json: JSONValue) throws(ModelError) {
        guard case .object(let members) = json else {
            throw ModelError(.invalidObject, "an object is expected, not \(json.typeName)")
        }
        let version = try json.requiredString("apiVersion")
        guard version == apiVersionName else {
            throw ModelError(
                .invalidObject,
                "cannot read field 'apiVersion': '\(version.shownInMessage)' is not served; write '\(apiVersionName)'")
        }
        let known = ["apiVersion", "kind", "metadata", "spec", "status"]
        for name in members.keys.sorted() where !known.contains(name) {
            throw ModelError(
                .invalidObject,
                "unknown field '\(name.shownInMessage)'" + Suggestion.clause(for: name, among: known))
        }
        kind = KindName(rawValue: try json.requiredString("kind"))
        metadata = try (members["metadata"] ?? .object([:])).decode(ObjectMeta.self, field: "metadata")
        spec = try Self.part("spec", of: members)
        status = try Self.part("status", of: members)
    }

    private static func part(_ name: String, of members: [String: JSONValue]) throws(ModelError) -> JSONValue {
        switch members[name] {
        case nil, .null: return .object([:])
        case .object(let part): return .object(part)
        case .some(let other):
            throw ModelError(
                .invalidObject, "cannot read field '\(name)': an object is expected, not \(other.typeName)")
        }
    }
}

extension JSONValue {
    func requiredString(_ name: String) throws(ModelError) -> String {
        guard let value = self[name] else {
            throw ModelError(.invalidObject, "cannot read field '\(name)': the field is missing")
        }
        guard case .string(let text) = value else {
            throw ModelError(
                .invalidObject, "cannot read field '\(name)': a string is expected, not \(value.typeName)")
        }
        return text
    }
}

extension ObjectMeta {
    /// The metadata as the API shows it.
    public var json: JSONValue {
        get throws(ModelError) {
            guard case .object(var members) = try JSONValue(encoding: self) else { return .object([:]) }
            for name in Self.containers where members[name] == .object([:]) || members[name] == .array([]) {
                members[name] = nil
            }
            // Nothing here ends gracefully: an object that is being deleted waits for its finalizers only.
            if deletionTimestamp != nil { members["deletionGracePeriodSeconds"] = 0 }
            return .object(members)
        }
    }

    /// Members that are absent rather than empty, as clients expect.
    private static let containers = ["labels", "annotations", "finalizers", "ownerReferences", "managedFields"]
}
