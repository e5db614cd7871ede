/// What an object may hold: the one definition that drives validation, decoding and the published schemas.
public struct ObjectSchema: Sendable, Hashable {
    /// The name among the definitions of a published schema, unique in this version.
    public let name: String
    /// What messages call such an object, with its article: `a file resource`.
    public let title: String
    /// What the object is, in a sentence.
    public let summary: String
    /// The members that it may have, in the order in which people read about them.
    public let fields: [FieldSchema]
    /// Sets of members of which at most one may be present; `false` counts as absent.
    public let exclusions: [[String]]
    /// Sets of members of which at least one must be present; `false` counts as absent.
    public let choices: [[String]]
    /// Members that make sense only beside another.
    public let companions: [String: String]
    /// Whether members that no field names are allowed, as the server's own in metadata.
    public let isOpen: Bool

    /// Makes a definition.
    public init(
        _ name: String, title: String, summary: String, fields: [FieldSchema], exclusions: [[String]] = [],
        choices: [[String]] = [], companions: [String: String] = [:], isOpen: Bool = false
    ) {
        self.name = name
        self.title = title
        self.summary = summary
        self.fields = fields
        self.exclusions = exclusions
        self.choices = choices
        self.companions = companions
        self.isOpen = isOpen
    }

    /// The field of a name.
    public func field(_ name: String) -> FieldSchema? { fields.first { $0.name == name } }
}

/// A member that an object may have.
public struct FieldSchema: Sendable, Hashable {
    /// The key.
    public let name: String
    /// What its value must be.
    public let type: FieldType
    /// What it means, in a sentence.
    public let summary: String
    /// Whether it must be present.
    public let isRequired: Bool
    /// What holds when it is absent.
    public let defaultValue: JSONValue?
    /// Whether this version has it; one that it has not is refused as such and not published.
    public let isSupported: Bool
    /// How a list's elements are told apart when changes of several managers are merged.
    public let list: ListForm

    /// Makes a member.
    public init(
        _ name: String, _ type: FieldType, _ summary: String, required: Bool = false,
        default defaultValue: JSONValue? = nil, list: ListForm = .atomic
    ) {
        self.name = name
        self.type = type
        self.summary = summary
        isRequired = required
        self.defaultValue = defaultValue
        isSupported = true
        self.list = list
    }

    /// Makes a member of the design that this version does not have.
    public init(unsupported name: String) {
        self.name = name
        type = .any
        summary = "Not supported in this version."
        isRequired = false
        defaultValue = nil
        isSupported = false
        list = .atomic
    }
}

/// What a value must be.
public indirect enum FieldType: Sendable, Hashable {
    /// Any value, as a parameter's.
    case any
    /// Any text.
    case string
    /// Text of a format.
    case text(TextFormat)
    /// An integer within bounds.
    case integer(ClosedRange<Int64>)
    /// A boolean.
    case boolean
    /// One of some words.
    case word([String])
    /// A list with at least some elements.
    case list(FieldType, minimum: Int)
    /// An object with free keys of a format.
    case map(keys: TextFormat, values: FieldType)
    /// An object with known members.
    case object(ObjectSchema)
    /// An object whose type is named by one of its keys.
    case keyed(KeyedUnion)
    /// One of some types, told apart by the type of the JSON value.
    case oneOf([FieldType])

    /// A list that may be empty.
    public static func list(_ element: FieldType) -> FieldType { .list(element, minimum: 0) }
    /// An integer that is not negative.
    public static let count = FieldType.integer(0...Int64.max)
}
