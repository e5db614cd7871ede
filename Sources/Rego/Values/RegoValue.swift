/// A value of Rego: what documents, inputs and results are made of.
///
/// Values are cheap to copy, hold no cycles, and are ordered as OPA orders them:
/// null, booleans, numbers, strings, arrays, objects, sets.
public enum RegoValue: Sendable {
    /// JSON's null.
    case null
    /// True or false.
    case bool(Bool)
    /// An exact number.
    case number(RegoNumber)
    /// A string of bytes.
    case string(RegoString)
    /// An array.
    case array(RegoArray)
    /// An object, whose keys are any values.
    case object(RegoObject)
    /// A set.
    case set(RegoSet)

    /// Makes an integer.
    @inline(__always)
    public init(_ value: Int) { self = .number(RegoNumber(value)) }

    /// Makes a string.
    public init(_ string: String) { self = .string(RegoString(string)) }

    /// Makes true or false.
    @inline(__always)
    public init(_ value: Bool) { self = .bool(value) }

    /// The name OPA gives the kind of the value: `null`, `boolean`, `number`, `string`, `array`, `object` or `set`.
    public var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        case .set: "set"
        }
    }

    /// The text of a string, else nil.
    public var string: String? {
        if case .string(let string) = self { return string.string }
        return nil
    }

    /// The integer a number was written as, else nil.
    public var int: Int? {
        if case .number(let number) = self { return number.int }
        return nil
    }

    /// True or false of a boolean, else nil.
    public var bool: Bool? {
        if case .bool(let value) = self { return value }
        return nil
    }

    /// What a reference reaches by one step: an element by its index, a value by its key, a member of a set by itself.
    @inline(__always)
    public subscript(key: RegoValue) -> RegoValue? {
        switch self {
        case .object(let object): return object[key]
        case .array(let array):
            guard case .number(let number) = key, let index = number.int, index >= 0, index < array.count else {
                return nil
            }
            return array[index]
        case .set(let set): return set.contains(key) ? key : nil
        default: return nil
        }
    }

    /// How deep containers stand in the value; 0 for what is none, and never less than it is.
    public var depth: Int {
        switch self {
        case .array(let array): array.storage.depth
        case .object(let object): object.storage.depth
        case .set(let set): set.storage.depth
        default: 0
        }
    }

    /// The order of kinds.
    var rank: Int {
        switch self {
        case .null: 0
        case .bool: 1
        case .number: 2
        case .string: 3
        case .array: 4
        case .object: 5
        case .set: 6
        }
    }

    var hash64: UInt64 {
        switch self {
        case .null: RegoHash.null
        case .bool(let value): RegoHash.boolean(value)
        case .number(let number): number.hash64
        case .string(let string): string.hash64
        case .array(let array): array.storage.hash64
        case .object(let object): object.storage.hash64
        case .set(let set): set.storage.hash64
        }
    }
}

extension RegoValue: Hashable, Comparable {
    /// Equal when kind and content are; `1` equals `1.0`.
    @inline(__always)
    public static func == (left: RegoValue, right: RegoValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let first), .bool(let second)): first == second
        case (.number(let first), .number(let second)): first == second
        case (.string(let first), .string(let second)): first == second
        case (.array(let first), .array(let second)): first == second
        case (.object(let first), .object(let second)): first == second
        case (.set(let first), .set(let second)): first == second
        default: false
        }
    }

    /// Ordered as OPA orders values.
    public static func < (left: RegoValue, right: RegoValue) -> Bool { left.order(right) < 0 }

    /// Adds the hash of the value, which containers and strings keep.
    public func hash(into hasher: inout Hasher) { hasher.combine(hash64) }

    /// Negative, zero or positive as the left value stands before, with or after the right one.
    public func order(_ other: RegoValue) -> Int {
        switch (self, other) {
        case (.null, .null): 0
        case (.bool(let left), .bool(let right)): left == right ? 0 : right ? -1 : 1
        case (.number(let left), .number(let right)): left.order(right)
        case (.string(let left), .string(let right)): left.order(right)
        case (.array(let left), .array(let right)): left.order(right)
        case (.object(let left), .object(let right)): left.order(right)
        case (.set(let left), .set(let right)): left.order(right)
        default: rank - other.rank
        }
    }
}

extension RegoValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// Makes a string of a literal.
    public init(stringLiteral value: String) { self = .string(RegoString(value)) }

    /// Makes an integer of a literal.
    public init(integerLiteral value: Int) { self = .number(RegoNumber(value)) }

    /// Makes true or false of a literal.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension RegoValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// Makes an array of a literal.
    public init(arrayLiteral elements: RegoValue...) { self = .array(RegoArray(elements)) }

    /// Makes an object of a literal, where a later entry replaces an earlier one of the same key.
    public init(dictionaryLiteral elements: (RegoValue, RegoValue)...) {
        var object = RegoObject()
        for (key, value) in elements { object.insert(key, value) }
        self = .object(object)
    }
}
