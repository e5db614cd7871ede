/// The fields that one manager has set, as `metadata.managedFields` shows them.
public struct ManagedFieldsEntry: Codable, Sendable, Hashable {
    /// Who set them.
    public var manager: String
    /// Whether they were applied or written.
    public var operation: Operation
    /// The version that the fields are of.
    public var apiVersion: String
    /// When they last changed.
    public var time: WallTime?
    /// The form of `fieldsV1`.
    public var fieldsType: String
    /// The fields.
    public var fieldsV1: JSONValue
    /// The subresource that they were written through.
    public var subresource: String?

    /// How a manager sets fields.
    public enum Operation: String, Codable, Sendable, Hashable {
        /// Declares all that it wants; what it no longer declares goes.
        case apply = "Apply"
        /// Writes what it changes.
        case update = "Update"
    }

    /// Makes an entry.
    public init(_ manager: FieldOwner, fields: FieldSet, time: WallTime?) {
        self.manager = manager.name
        operation = manager.operation
        subresource = manager.subresource
        apiVersion = apiVersionName
        fieldsType = "FieldsV1"
        fieldsV1 = fields.json
        self.time = time
    }

    /// Reads an entry; throws for fields that are no `FieldsV1`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        manager = try container.decodeIfPresent(String.self, forKey: .manager) ?? ""
        operation = try container.decodeIfPresent(Operation.self, forKey: .operation) ?? .update
        apiVersion = try container.decodeIfPresent(String.self, forKey: .apiVersion) ?? apiVersionName
        time = try container.decodeIfPresent(WallTime.self, forKey: .time)
        fieldsType = try container.decodeIfPresent(String.self, forKey: .fieldsType) ?? "FieldsV1"
        fieldsV1 = try container.decodeIfPresent(JSONValue.self, forKey: .fieldsV1) ?? .object([:])
        subresource = try container.decodeIfPresent(String.self, forKey: .subresource)
        guard fieldsType == "FieldsV1", FieldSet(json: fieldsV1) != nil else {
            throw DecodingError.dataCorruptedError(
                forKey: .fieldsV1, in: container, debugDescription: "the fields are not FieldsV1")
        }
    }

    /// Who set the fields.
    public var owner: FieldOwner { FieldOwner(name: manager, operation: operation, subresource: subresource) }

    /// The fields; empty where they cannot be read.
    public var fields: FieldSet { FieldSet(json: fieldsV1) ?? FieldSet() }

    /// Whether the entry says nothing: a list of one such asks to forget every manager.
    var isBlank: Bool { manager.isEmpty && fields.isEmpty && time == nil }
}

/// Who sets fields, and how: a field manager, as Kubernetes calls it.
public struct FieldOwner: Sendable, Hashable {
    /// The longest name.
    public static let maximumNameBytes = 128

    /// The name that the client gives itself.
    public let name: String
    /// How it sets fields.
    public let operation: ManagedFieldsEntry.Operation
    /// The subresource that it writes through.
    public let subresource: String?

    /// Names a manager.
    public init(name: String, operation: ManagedFieldsEntry.Operation, subresource: String? = nil) {
        self.name = name
        self.operation = operation
        self.subresource = subresource
    }
}
