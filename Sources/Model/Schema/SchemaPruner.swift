/// Takes out of an object what its schema does not know, as the API does before it checks the rest.
public struct SchemaPruner: Sendable {
    /// A field that no schema knows.
    public struct UnknownField: Sendable, Hashable {
        /// The field.
        public let path: FieldPath
        /// The name that was probably meant.
        public let near: String?

        /// What a person reads of it.
        public var message: String {
            "unknown field \"\(path)\"" + (near.map { " (did you mean \"\($0)\"?)" } ?? "")
        }
    }

    /// What was taken out, in order, up to a bound.
    public private(set) var unknown: [UnknownField] = []
    private static let root = ["apiVersion", "kind", "metadata", "spec", "status"]
    private static let oldMetadata = ["namespace", "selfLink"]

    /// Makes a pruner that has taken out nothing.
    public init() {}

    /// The JSON form of an object of a kind without what the kind does not know.
    public mutating func pruned(_ object: JSONValue, of kind: KindName) -> JSONValue {
        guard case .object(var members) = object else { return object }
        let path = FieldPath()
        for name in members.keys.sorted() where !Self.root.contains(name) {
            members[name] = nil
            report(path.appending(name), among: Self.root)
        }
        if case .object(var metadata) = members["metadata"] {
            let known = MetadataSchema.served.fields.map(\.name) + Self.oldMetadata
            for name in metadata.keys.sorted() where !known.contains(name) {
                metadata[name] = nil
                report(path.appending("metadata").appending(name), among: known)
            }
            members["metadata"] = .object(metadata)
        }
        guard let schema = KindSchema.of(kind) else { return .object(members) }
        for (name, type) in [("spec", schema.spec), ("status", schema.status)] {
            members[name] = members[name].map { pruned($0, as: .object(type), at: path.appending(name)) }
        }
        return .object(members)
    }

    private mutating func pruned(_ value: JSONValue, as type: FieldType, at path: FieldPath) -> JSONValue {
        switch (type, value) {
        case (.object(let schema), .object(let members)): return pruned(members, as: schema, at: path)
        case (.keyed(let union), .object(let members)):
            let names = members.keys.sorted().map {
                PositionedMember(key: $0, line: 0, column: 0, value: PositionedValue(.null, line: 0, column: 0))
            }
            guard case .alternative(let alternative) = union.choose(names) else { return value }
            return pruned(members, as: alternative.schema, at: path)
        case (.map(_, let values), .object(let members)):
            var result = members
            for name in members.keys.sorted() {
                result[name] = members[name].map { pruned($0, as: values, at: path.appending(name)) }
            }
            return .object(result)
        case (.list(let element, _), .array(let elements)):
            return .array(
                elements.enumerated().map { pruned($0.element, as: element, at: path.appending($0.offset)) })
        case (.oneOf(let types), .object), (.oneOf(let types), .array):
            return types.first { $0.accepts(PositionedValue(value)) }.map { pruned(value, as: $0, at: path) } ?? value
        default: return value
        }
    }

    private mutating func pruned(
        _ members: [String: JSONValue], as schema: ObjectSchema, at path: FieldPath
    ) -> JSONValue {
        var result = members
        for name in members.keys.sorted() {
            guard let value = members[name] else { continue }
            if let field = schema.field(name) {
                result[name] = field.isSupported ? pruned(value, as: field.type, at: path.appending(name)) : value
            } else if !schema.isOpen {
                result[name] = nil
                report(path.appending(name), among: schema.fields.filter(\.isSupported).map(\.name))
            }
        }
        return .object(result)
    }

    private mutating func report(_ path: FieldPath, among known: [String]) {
        guard unknown.count < SchemaValidator.maximumFindings else { return }
        guard case .member(let name) = path.steps.last else { return }
        unknown.append(UnknownField(path: path, near: Suggestion.nearest(to: name, among: known)))
    }
}

extension JSONValue {
    /// The value with the defaults of its schema where it says nothing.
    ///
    /// Elements of lists stay as they are written: a client compares lists whole, and would find them changed.
    func defaulted(_ schema: ObjectSchema) -> JSONValue {
        guard case .object(var members) = self else { return self }
        for field in schema.fields where field.isSupported {
            if let value = members[field.name] {
                if case .object(let inner) = field.type { members[field.name] = value.defaulted(inner) }
            } else if let value = field.defaultValue {
                members[field.name] = value
            }
        }
        return .object(members)
    }
}

extension APIObject {
    /// Fills in the defaults of the kind's spec.
    public mutating func fillDefaults() {
        guard let schema = KindSchema.of(kind) else { return }
        spec = spec.defaulted(schema.spec)
    }
}
