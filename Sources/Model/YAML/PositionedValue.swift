/// A value of a document together with where it stands, so that every error about it can say so.
public struct PositionedValue: Sendable, Hashable {
    /// The value.
    public enum Content: Sendable, Hashable {
        case null
        case bool(Bool)
        case integer(Int64)
        case number(Double)
        case string(String)
        case array([PositionedValue])
        case object([PositionedMember])
    }

    /// The value.
    public let content: Content
    /// The line, from 1; 0 for a value that came from no text.
    public let line: Int
    /// The column in characters, from 1; 0 for a value that came from no text.
    public let column: Int

    /// Makes a value at a place.
    public init(_ content: Content, line: Int, column: Int) {
        self.content = content
        self.line = line
        self.column = column
    }

    /// Makes a value that came from no text, such as the spec of an object that the API received; its members are
    /// in the order of their names.
    public init(_ value: JSONValue) {
        line = 0
        column = 0
        switch value {
        case .null: content = .null
        case .bool(let value): content = .bool(value)
        case .integer(let value): content = .integer(value)
        case .number(let value): content = .number(value)
        case .string(let value): content = .string(value)
        case .array(let elements): content = .array(elements.map { PositionedValue($0) })
        case .object(let members):
            let sorted = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            content = .object(
                sorted.map { PositionedMember(key: $0.key, line: 0, column: 0, value: PositionedValue($0.value)) })
        }
    }

    /// The value without places.
    public var json: JSONValue {
        switch content {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .number(let value): JSONValue(exactly: value)
        case .string(let value): .string(value)
        case .array(let elements): .array(elements.map(\.json))
        case .object(let members):
            .object(Dictionary(members.map { ($0.key, $0.value.json) }) { _, last in last })
        }
    }

    /// The place in a file.
    public func position(in file: String) -> SourcePosition { SourcePosition(file: file, line: line, column: column) }

    /// The members of an object; nil for another type.
    public var members: [PositionedMember]? {
        guard case .object(let members) = content else { return nil }
        return members
    }

    /// The elements of a list; nil for another type.
    public var elements: [PositionedValue]? {
        guard case .array(let elements) = content else { return nil }
        return elements
    }

    /// The text of a string; nil for another type.
    public var text: String? {
        guard case .string(let text) = content else { return nil }
        return text
    }

    /// The member of an object; nil for an absent member or another type.
    public subscript(key: String) -> PositionedValue? { members?.first { $0.key == key }?.value }

    /// The type as errors name it, with its article.
    public var typeName: String {
        switch content {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number"
        case .string: "a string"
        case .array: "a list"
        case .object: "an object"
        }
    }
}

/// A member of an object, with the place of its key.
public struct PositionedMember: Sendable, Hashable {
    /// The key.
    public let key: String
    /// The key's line, from 1.
    public let line: Int
    /// The key's column in characters, from 1.
    public let column: Int
    /// The value.
    public let value: PositionedValue

    /// Makes a member.
    public init(key: String, line: Int, column: Int, value: PositionedValue) {
        self.key = key
        self.line = line
        self.column = column
        self.value = value
    }
}
